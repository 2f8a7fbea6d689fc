"""Words of a sale in ten languages, by what they mean.

Languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Finnish, Polish; without accents.
A plain entry is a whole word (an English plural included); an entry that ends in `~` is a stem: it begins a word or,
when it has four letters or more, stands inside a long one, as parts of German, Dutch, Swedish and Finnish compounds do.
"""

from __future__ import annotations

CONCEPTS: dict[str, str] = {
    # The end of a deal, and how it ended.
    "close": """
        close closes closed closing closure clos~ conclu~ finalis~ finaliz~ settled settlement decision decided
        deciding award awarded awarding verdict convert converted converts converting conversion won win wins
        winning lost loss losses lose losing dead resolved adjudicat~ concluded handshake abschlu~ abgeschloss~
        schliess~ schluss geschloss~ gewonn~ verlor~ verlust~ entscheidung~ entschied~ beendet beendigung zuschlag
        zusage absage konvertier~ sieg clotur~ fermeture fermee gagn~ perdu perdue perte aboutiss~ cierre cierres
        cerrad~ ganad~ ganar perdid~ perder adjudic~ conclus~ convertid~ fallo chiusur~ chius~ vinto vinta vinti
        vincita vittoria perso persa persi perdita perdite aggiudic~ decision~ esito fechamento fechad~ fecho ganho
        ganha ganhos perda perdas encerr~ decisao sluit~ afsluit~ gesloten verloren beslissing beslist besluit~
        afgerond afronding gunning gegund avslut~ stangning~ stangd~ stangt vunn~ vann vinst forlor~ forlust~
        beslut~ avgor~ sulke~ sulje~ suljet~ paatos~ paatty~ paatet~ voitet~ voiton havio havit~ menetet~ menetys
        zamkn~ wygran~ przegran~ decyzj~ zakoncz~ utracon~ stracon~ utrata paattam~ gain gains vinna havion verlies
        landed landing perdio gano""",
    "sign": """
        signed signature signing countersigned unterzeichn~ unterschr~ signe signee firma firmad~ firmat~ sottoscri~
        assinatura assinad~ ondertek~ getekend underteckn~ tecknad signer~ allekirj~ podpis~""",
    "lost": """
        lost loss losses lose losing dead defeat~ verlor~ verlust~ perdu perdue perte perdid~ perso persa persi
        perdita perda perdas verloren forlor~ forlust~ havio havit~ menetet~ przegran~ utracon~ stracon~ utrata fell
        fallen verlies havion perdio""",
    "reject": """
        reject~ disqualif~ unqualif~ refus~ declin~ churn~ cancel~ abandon~ drop dropped dropout dropoff junk
        desist~ fallout ablehn~ abgelehn~ absag~ abbruch abgebroch~ storn~ kundig~ rechaz~ rechazo descart~ rifiut~
        scart~ annull~ rejei~ recus~ descarte afwijz~ afgewez~ afgekeurd opzeg~ avboj~ avvis~ avbrut~ avslag hylat~
        hylka~ peruut~ odrzuc~ odmow~ rezygnac~ anulow~ fell fallen""",
    "why": """
        reason reasons cause causes why rationale explanation justification grund grunde ursach~ warum begrund~
        raison~ motif motifs motiv~ razon~ causa~ ragion~ perche motivo reden redenen oorza~ orsak~ anledning~
        varfor syy syyt peruste~ miksi powod powody przyczyn~ dlaczego porque driver drivers factor factors grounds
        killed pourquoi que because weil wegen parce vanwege darum therefore""",
    "result": """
        result results outcome outcomes ergebnis resultat resultado risultato esito uitkomst utfall utgang tulos
        lopputulos wynik rezultat""",
    "end": """
        end ended ending ends done finish~ finalized completion completed complete resolution terminat~ termination
        ende abgelaufen fertig~ termine terminee termino finaliz~ fin fine finito fim final einde beeindig~ klaar
        slut slutdatum valmis loppu~ koniec zakoncz~ ukoncz~""",
    # Time.
    "date": """
        date dates day on at when timestamp timestamps datetime dt dtm datum~ datun tag jour giorno dia dag dato
        fecha~ data dzien paiva paivays~ paivamaa~ termin~ zeitpunkt tidpunkt tijdstip ajankohta moment ts
        tstamp stamp stempel~ horodat~""",
    "days": """
        days weeks hours hrs minutes mins seconds secs daycount workdays weekdays fortnights months tage tagen
        tagesanzahl wochen stunden minuten sekunden monate jours semaines heures mois secondes dias semanas horas
        minutos segundos meses giorni settimane ore minuti secondi mesi dagen weken uren seconden maanden dagar
        veckor timmar minuter sekunder manader paivaa paivat paivia paivien viikkoa viikot tunnit tuntia sekuntia
        kuukausia dni tygodni godzin godziny sekund minut miesiecy tygodnie""",
    "duration": """
        duration~ durat~ elaps~ aging ageing dauer~ verstrich~ vergang~ duree ecoul~ duracion transcurr~ trascors~
        duracao decorr~ duur verstreken tijdsduur forflut~ forlupen varaktig~ kesto~ kulunut kulune~ trwan~ uplyw~
        uplynel~ timespan belduur~ lasted lasting dwell~""",
    "span": """
        time times length long lapse~ velocity speed turnaround pace latency interval span timeframe clock zeit~
        lange laufzeit~ delai temps longueur vitesse tiempo plazo longitud velocidad tempo lunghezza velocita prazo
        comprimento tijd lengte snelheid doorlooptijd tid tiden langd~ ledtid hastighet aika ajan pituus nopeus
        czas~ dlugosc predkosc okres spent timer stint tenure lag samtalstid~ gesprekstijd~ verweildauer~""",
    "age": """
        age ages aged aging ageing alter~ anciennete edad antiguedad eta anzianita idade leeftijd ouderdom alder ika
        wiek staleness old lifetime lifespan levensduur lebensdauer""",
    "cycle": """
        cycle~ zyklus~ zyklen cicl~ cyclus~ cykel~ cykl~ sykli~ durchlauf~ doorloop~ genomlop~ lapimeno~ lapivient~
        throughput journey lifecycle velocity""",
    "total": """
        total~ whole entire overall full cumul~ gesamt~ insgesamt ensemble entier intero complessiv~ totaal gehele
        helt hela summa yhteensa kokonais~ koko calkowit~ laczn~ aggregate""",
    "until": """
        until till through thru to bis jusqu jusque hasta fino ate tot saakka asti do before from between since von
        depuis desde dal sinds sedan alkaen od mellan zwischen entre tra""",
    # The way of a deal.
    "stage": """
        stage~ phase~ step steps pipeline~ funnel~ milestone~ gate gates process processing prozess~ verkaufsprozess
        stufe~ etape~ etapa~ fase fases fasi fasen tappa tappe stadi~ stap stappen processus entonnoir proceso
        embudo processo imbuto funil proces trechter skede~ steg stegen tratt vaihe~ prosess~ suppilo~ putki etap~
        lejek~ lejka checkpoint kanban swimlane rung fasbyt~""",
    "stagename": """
        qualified qualifying qualification identified identification identifying validated validation validating
        vetting vetted proposal proposed proposing negotiation negotiating discovery scoping prospecting engaged
        nurturing qualifi~ qualifizier~ identifiz~ identifi~ validier~ verhandl~ angebotsphase valide validee
        negocia~ cualific~ calific~ validad~ identificad~ trattativa qualificat~ convalid~ valida~ validat~
        gekwalificeerd~ kwalific~ gevalideerd~ geidentific~ onderhandel~ kvalific~ kvalificer~ validering~
        identifier~ forhandl~ kvalifioi~ tunnist~ neuvottelu~ validoi~ kwalifik~ zakwalifik~ walidac~ zweryfik~
        weryfik~ negocjac~ zidentyf~ verified verification confirmed screening screened qualify verify validate
        identify""",
    "move": """
        exit exited change~ changing move moves moved movement~ transition~ switch~ hop hops shift shifts advance~
        progression~ regress~ jump~ pushes pushed slip slips slipped slippage handoff~ handover~ traversed passed
        reached wechsel~ anderung~ ubergang~ ubergange verschieb~ sprung~ changement~ passage~ cambi~ transici~
        avance avances movimient~ passaggi~ transizion~ moviment~ mudanc~ transic~ wissel~ wijzig~ overgang~
        verplaats~ byte byten andring~ flytt~ muuto~ siirty~ siirto~ vaihto~ vaihdo~ zmian~ przejs~ przesun~
        revision~ reschedul~ bounced fasbyt~""",
    "count": """
        count counts counter counted nummer~ numeris number num no nr nb nbr tally frequency times many anzahl zahl
        haufigkeit nombre numero cantidad conteo conteggio quantita contagem quantidade aantal hoeveelheid antal
        maara lukumaara liczba ilosc kpl exchanged sent logged""",
    "share": """
        ratio ratios share~ fraction~ proportion~ percent~ pct portion~ split anteil~ verhaltnis~ prozent~ zeitquote
        erfolgsquote abschlussquote gewinnquote frekvens~ frecuenc~ taux part pourcentage~ proporc~ porcent~ porcion
        percentual~ proporz~ rapporto parte frazione parcela fracao razao aandeel verhouding~ percentage~ gedeelte
        andel~ forhallande~ procent~ osuus osuud~ suhde suhteel~ udzial~ stosunek odsetek czesc relative fraccion
        percentagem""",
    "last": """
        last latest recent recently newest letzt~ zuletzt jungst~ dernier~ ultim~ laatst~ recentst~ sista senast~
        viimei~ viimeks~ viimeisin ostatni~ najnowsz~ recency""",
    "modify": """
        modif~ updat~ edited edit edits amended amend touched refreshed geander~ aktualisier~ bearbeit~ mise maj
        actualiz~ actualis~ aggiorn~ atualiz~ gewijzigd bijgewerkt andrad~ uppdater~ muokat~ muokk~ paivitet~
        paivity~ zmodyf~ zaktual~ aktualiz~ altered revised""",
    "activity": """
        activit~ activity action~ touch touches touchpoint~ interaction~ interac~ engagement~ meeting~ email~
        call calls message messages contact contacts contacted reply replied response responded note notes
        followup event login logins seen spoke aktivit~ massnahme~ kontakt~ termin besprechung~ antwort~
        activite~ reunion~ echange~ actividad~ contacto interaccion attivita contatto contatti riunione
        interazion~ atividad~ contato reuniao contactmoment activiteit~ handeling~ vergadering~ aktivitet~ mote
        moten samtal kontakten toiminto toiminn~ aktiviteet~ yhteydenot~ tapaamin~ yhteys aktywn~ kontaktu
        spotkan~ dzialan~ inbound outbound incoming outgoing""",
    # What follows a win.
    "invoice": """
        invoic~ billed billing~ bill rechnung~ verrechn~ fakturier~ faktur~ factur~ fattura fatture fatturaz~ fatura
        faturas lasku~ laskut~ receivable~ factuur~""",
    "pay": """
        pay pays paid payment~ payout deposit zahlung~ bezahl~ anzahlung paiement~ paye payee reglement acompte pago
        pagos pagad~ pagament~ betaal~ betaling~ betald betaln~ maksu maksut maksett~ maksupaiv~ platnosc~ zaplac~
        oplac~ instalment~ installment~ ratenzahl~ mensualit~ cuotas rateale charge charged""",
    "contract": """
        contract~ agreement~ subscription~ vertrag~ contrat contrats contrato~ contratt~ overeenkomst~ contracten
        avtal~ kontrakt~ sopimu~ umow~ acv tcv recurring wiederkehrend~ recurrent~ arr mrr contratad~""",
    "start": """
        activat~ onboard~ golive live kickoff~ kick implement~ provision~ deploy~ install~ rollout ship shipped
        shipment~ shipping dispatch~ deliver~ fulfil~ renewal~ renewed go aktivier~ inbetrieb~ einfuhrung liefer~
        auslieferung~ versand~ activacion livraison~ expedition mise entreg~ activac~ attivazion~ consegn~
        spedizion~ ativac~ expedic~ activering~ oplever~ lever~ verzend~ aktivering~ driftsatt~ leverans~
        kayttoonot~ aktivoin~ toimit~ aktywacj~ wdroz~ dostaw~ wysylk~ handover went""",
    "order": """
        order orders ordered po purchase auftrag~ bestell~ commande~ pedido~ ordine ordini encomenda~ bestelling~
        ordre tilaus~ tilauks~ zamow~ booking~ booked""",
    "discount": """
        discount~ rebate~ concession~ markdown rabatt~ nachlass~ preisnachlass remise~ ristourne~ reduction
        descuent~ rebaja sconto sconti descont~ korting~ prisavdrag alennu~ rabat~ znizk~ upust~ deduct~ cut cuts
        rabais bonificac~ allowance""",
    "plan": """
        plan plans frequency schedule term rhythm period interval cadence plan~ rhythmus turnus haufigkeit
        zahlungsweise echeanc~ frecuencia periodicid~ frequenza frequencia frequentie betaaltermijn termijn
        intervall periodic~ jakso czestotl~ okres rate instalment~ installment~ scheme schema often""",
    "annual": """
        annual annualised annualized yearly jahrlich~ jahres~ annuel~ anual~ annuale annua jaarlijks~ arlig~
        arsvarde vuosi~ vuotuinen roczn~ recurring wiederkehrend~ recurrent~ acv arr mrr tcv""",
    "money": """
        value values amount amounts price revenue worth usd eur gbp cost costs income turnover sum betrag~ wert
        preis~ umsatz~ erlos summe montant valeur prix chiffre importe monto valor precio ingres~ importo valore
        prezzo ricav~ fatturato montante quantia preco receita bedrag waarde prijs omzet belopp varde pris intakt~
        arvo summa hinta liikevaihto euro kwota wartosc cena przychod~ gross net""",
    "net": """
        net final discounted effective actual agreed netto~ endbetrag endpreis tatsachlich~ vereinbart~ reel final~
        neto definitiv~ effettiv~ finale real efetiv~ liquido werkelijk~ overeengekomen slutlig~ slut~ faktisk~
        lopullinen toteutun~ ostateczn~ rzeczywist~ realised realized achieved erzielt~ realise realizado realizzat~
        obtained""",
    # What a seller says of it.
    "judge": """
        quality probability probabilit~ likelihood likely confidence forecast~ commit temperature hotness
        rating~ score scores scored scoring grade grades graded health sentiment assessment odds propensity
        certainty qualitat wahrscheinlich~ prognos~ einschatz~ bewert~ reife qualite vraisembl~ prevision~
        probable chaleur calidad pronost~ puntuac~ clasificacion qualita probabil~ punteggio valutazion~
        qualidade previs~ pontua~ avaliac~ kwaliteit waarschijn~ verwachting~ beoordel~ kvalitet sannolik~ betyg
        bedom~ laatu todennak~ ennuste~ pistey~ pisteet arvio jakosc prawdopod~ prognoz~ ocena szansa upside
        besteinschatzung winability slagingskans~ gewinnchance~ siegchance~ winkans~ valorac~ gut feeling feel
        hunch bauchgefuhl~ ressenti intuicion intuizion~ gevoel onderbuik~ magkansla przeczuc~""",
    "status": """
        status statut statuts estado estados stato etat bearbeitungsstand tila stan disposition tag tags""",
    "next": """
        next upcoming nachst~ prochain~ proxim~ prossim~ volgend~ nasta seuraav~ nastepn~ followup""",
    "deal": """
        deal deals lead leads opportunit~ opp opps oppty oppor sale sales pursuit~ chance chancen verkauf~ vertrieb~
        geschaft~ affaire~ vente ventes opportunite~ oportunid~ venta ventas negocio~ negociac~ trattativ~ vendit~
        opportunita venda vendas kans kansen verkoop~ affar~ saljcyk~ forsaljning~ salj~ kauppa kaupan myynti~
        myynnin mahdollisuu~ szans~ sprzedaz~ transakcj~ quote~ offer offers angebot~ offre~ oferta~ offert~ tarjou~
        ofert~ tender proposal anfrage~ enquiry inquiry case chase""",
    "rep": """
        rep reps seller~ salesperson salesman ae verkaufer~ vertriebler~ vendeur~ commercial vendedor~ venditor~
        verkoper~ saljare~ myyja~ sprzedawc~ handlow~ manager""",
    "call": """
        call calls calling talk~ conversation~ phone~ telephone~ dial~ handle anruf~ telefon~ gesprach~ telefonat~
        appel appels llamad~ conversac~ chiamat~ telefonata ligac~ chamad~ gesprek~ samtal~ puhelu~ keskustelu~
        rozmow~ entretien conversation belduur~ speak~ speech""",
    "competitor": """
        competitor~ competition rival~ wettbewerb~ konkurr~ concurrent~ competid~ competenc~ concorrent~ concurr~
        kilpailij~""",
    # What makes a suspicion moot.
    "web": """
        web~ site sites website~ page pages session~ visit visits visitor~ browse~ url landing video webinar~ seite~
        besuch~ pagina~ sivu~ sivusto~ wizyt~ stron~ visite~ visita~ besok~ bezoek~ sidor trial demo newsletter
        online content form app ad ads campaign kampagne""",
    "past": """
        past previous previously prior earlier history historic historical former existing found~ ago last_year
        vorher~ vorig~ bisher~ fruher~ vergangenen precedent~ passe passes anterior~ previo~ previa~ pasad~ preced~
        passat~ vorige eerdere voorgaand~ tidigare foreg~ edelli~ aiemm~ aiemp~ poprzed~ wczesn~ year years jahr
        jahre annees anos anni jaar jaren ar aret vuosi vuotta vuoden lat rok""",
    "customer": """
        account accounts customer~ client clients company companies firm firms organisation~ organization~ kunde
        kunden unternehm~ entreprise~ empresa~ compania azienda~ societa klant~ bedrijf~ kund kunder foretag~
        asiaka~ asiakk~ yrity~ klient~ przedsieb~ employee~ mitarbeiter~ borrower birth person lieferant~ vendor~
        supplier~ product~ produkt~ contact_person competitor~ equipment machine fleet building warranty guarantee
        garantie~ domain marital stock inventory assets""",
    "terms": """
        terms conditions bedingung~ zahlungsziel methode method mode preference preferred requested wunsch~ desired
        vereinbarung modalidad~ modalit~ voorwaard~ villkor ehdot warunk~ type typ tipo art kind options notice best
        wanted needed minimum maximum credit""",
    "maker": """
        maker makers power authority criteria entscheider~ trager~ decideur~ decisor~ beslisser~ beslutsfattar~
        paattaja~ decydent~ tree influencer""",
    "theirs": """
        approv~ procurement~ purchasing committee board production~ manufactur~ assembly audit~ inspection~
        certificat~ freigab~ genehmig~ fertigung~ beschaffung~ einkauf~ approb~ achats comite aprob~ aprov~ compras
        approvaz~ acquisti comitato comissao goedkeur~ inkoop~ godkann~ inkop~ hyvaksy~ zatwierdz~ zakup~""",
    "outset": """
        entry intake application~ signup arrival initial~ original~ quote quoting briefing antrag~ anfang~
        ursprungl~ initiale solicitud~ entrada inicial~ iniziale richiest~ pedido aanvraag~ intag~ ansokan zglosz~
        poczatk~""",
    "confirm": """
        confirm~ placed bestatig~ confirme~ confirmad~ confermat~ conferma bevestig~ bekraft~ potwierdz~ vahvist~
        accepted accepte~ angenommen aceptad~ aceit~ accettat~ aanvaard~ accepter~ przyjet~""",
    "agree": """
        agreed negotiated vereinbart~ ausgehandelt~ convenu~ negocie~ acordad~ pactad~ concordat~ pattuit~
        overeengekomen avtalad~ overenskomm~ uzgodnion~ sovittu sovitt~""",
    "planned": """
        deadline~ due fallig~ frist~ echeance plazo scadenza vencimento deadline~ wanted wunsch~ wish~ desired
        souhait~ desead~ solicitad~ desiderat~ desejad~ gewenst~ onskad~ toivott~ zadan~ requested demande~ warrant~
        guarantee~ garantie~ expir~ ablauf~ vervald~ validity gultig~ valid""",
    "remark": """
        notes comment comments remark~ debrief~ analysis feedback summary retrospective postmortem notiz~ bemerkung~
        kommentar~ auswertung~ nachbesprech~ remarque~ commentaire~ bilan observac~ comentari~ nota notas note
        commento~ commenti osservazion~ opmerking~ toelichting~ anteckning~ uwag~ notatk~ komentarz~""",
    "expected": """
        expected estimated planned target projected anticipated forecasted erwart~ geplant~ voraussicht~ soll prevu~
        estim~ previst~ esperad~ estimad~ atteso attesa verwacht~ geschat~ forvantad~ planerad~ odotet~ arvioitu
        oczekiw~ planow~ przewidyw~""",
    "first": """
        first create~ creat~ open opened opening received receipt erst~ eroff~ angelegt eingang~ erstell~ premier~
        crea~ cree recu primer~ recibid~ apertura ricevut~ primo abertura recebid~ criac~ criad~ eerste aangemaakt
        ontvang~ forsta skapa~ inkommen ensimm~ luotu luonti~ vastaanot~ pierwsz~ utworz~ otrzym~ start started
        begin inquiry enquiry request~ submit~ regist~ engage entered added""",
}

FILLERS = frozenset(
    """
    name label text current currently now most avg average mean category categories level the a an of in is was has
    been by for per and or flag ind indicator yes with it its this that der die das des den dem ein eine im am zum
    zur und von vom je le la les l un une du de d en au aux el los las y del al il lo gli i e di della dello da nel
    o os as do dos na no em het een van op aan bij voor ett och pa av ja on w z dla we sec usd eur s n t q""".split()
)
