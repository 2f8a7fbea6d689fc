"""Short forms of given names: 'bob' is 'robert'."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leadline.warehouse.arrow import pa, pc

_FORMS = """
alexander alex sandy xander sascha; alexandra alex sandra; andrew andy drew; anthony tony; antonio toni; barbara barb
babs; benjamin ben benny; catherine kate cathy katie; charles charlie chuck; christian chris; christina chris tina;
christopher chris kit topher; daniel dan danny; david dave davy; deborah deb debbie; dorothy dot dotty; edward ed eddie
ted ned; elizabeth liz beth betty lizzie eliza; emily em; frances fran frannie; francis frank; francisco paco pancho;
frederick fred freddie fritz; gabriel gabe; gregory greg; harold harry hal; helen nell; henry harry hank; jacob jake;
jacqueline jackie; james jim jimmy jamie; janet jan; jennifer jen jenny; jessica jess jessie; johannes hans; john jack
johnny; jonathan jon jonny; joseph joe joey jo; josef sepp; jose pepe; joshua josh; judith judy; katherine kathy kate
kay; katharina kathi kati; kenneth ken kenny; kimberly kim; lawrence larry; leonard leo len lenny; manuel manu;
margaret maggie meg peggy greta; maria mia; matthew matt; maximilian max; michael mike mick mickey; mohammed mohamed
muhammad mo; nathaniel nate nathan; nicholas nick nico; nikolaus klaus niko; pamela pam; patricia pat patty trish;
patrick pat paddy; peter pete; philip phil; rebecca becky becca; richard rick dick rich ricky; robert bob rob bobby
robbie bert; ronald ron ronny; rudolf rudi; samantha sam; samuel sam sammy; sebastian basti seb; stephanie steph steffi;
stephen steve; steven steve; susan sue suzy; theodore ted theo; theresa terry tess; thomas tom tommy; timothy tim;
tobias tobi; ursula uschi; victoria vicky tori; vincent vince vinny; walter walt wally; wilhelm willi; william bill will
billy liam; zachary zach
"""

_PAIRS = frozenset(
    (a, b) for line in " ".join(_FORMS.split()).split(";") for a in line.split() for b in line.split() if a != b
)
_KNOWN = pa.array(sorted({name for pair in _PAIRS for name in pair}))


def same(left: pa.ChunkedArray, right: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Whether one name of each pair is a short form of the other."""
    made = np.zeros(len(left), dtype=bool)
    known = pc.and_(pc.is_in(left, value_set=_KNOWN), pc.is_in(right, value_set=_KNOWN))
    places = np.flatnonzero(np.asarray(known))
    pairs = zip(left.take(pa.array(places)).to_pylist(), right.take(pa.array(places)).to_pylist(), strict=True)
    made[places] = [pair in _PAIRS for pair in pairs]
    return made
