// Leadline's script for your own pages. Consent first: before leadline.consent(true) nothing is stored or sent;
// with Global Privacy Control or Do Not Track, never.
(function (w, d, n) {
  'use strict';
  var tag = d.currentScript, to = new URL('v1/b', tag.src).href, denied = n.globalPrivacyControl || n.doNotTrack == 1;
  var on, id, user, path, since, seen, scrolled, pointer, busy, queue = [], delay = 2e3;

  function kept(name, value) {
    name = 'leadline.' + name;
    try {
      if (value === undefined) return localStorage.getItem(name);
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
    } catch (e) { /* none here */ }
    return value;
  }
  function fresh() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (x) {
      return (x + 256).toString(16).slice(1);
    }).join('');
  }
  function bare(url) { return url.split(/[?#]/)[0]; }
  function now() { return new Date().toISOString(); }
  function visible() { return seen + (since ? performance.now() - since : 0); }
  function seconds() { return Math.round(visible() / 100) / 10; }
  function campaign() {
    var found = {};
    new URLSearchParams(location.search).forEach(function (v, k) {
      if (/^utm_/.test(k)) found[k == 'utm_campaign' ? 'name' : k.slice(4)] = v;
    });
    return found;
  }
  function body(events) {
    return JSON.stringify({ writeKey: tag.getAttribute('data-key'), sentAt: now(), batch: events });
  }
  function flush() {
    if (busy || !queue.length) return;
    var part = queue.splice(0, 20);
    busy = true;
    fetch(to, { method: 'POST', body: body(part), keepalive: true, credentials: 'omit' }).then(function (r) {
      if (r.status == 429 || r.status > 499) throw r;
      busy = false;
      delay = 2e3;
      flush();
    }).catch(function () {
      if (on) queue = part.concat(queue).slice(0, 99);
      busy = false;
      setTimeout(flush, delay = Math.min(delay * 2, 6e4));
    });
  }
  function put(type, fields, leaving) {
    if (!on) return;
    queue.push(Object.assign({
      type: type, messageId: fresh(), anonymousId: id, userId: user, timestamp: now(),
      context: {
        page: { path: path, url: location.origin + path, title: d.title, referrer: bare(d.referrer) },
        campaign: campaign(), consent: { categoryPreferences: { Analytics: true } },
        leadline: { seconds: seconds(), scrolled, pointer }
      }
    }, fields));
    if (leaving && n.sendBeacon(to, body(queue))) queue = [];
    else flush();
  }
  function track(name, properties, leaving) { put('track', { event: name, properties: properties }, leaving); }
  function identify(userId, traits) {
    if (on && userId) kept('user', user = '' + userId);
    put('identify', { traits: traits });
  }
  function view() {
    path = location.pathname;
    seen = 0;
    since = d.hidden ? 0 : performance.now();
    scrolled = pointer = false;
    put('page');
  }
  function leave() {
    track('Time on Page', { path: path, seconds: seconds() }, true);
    seen = since = 0;
  }
  function turn() { if (location.pathname != path) leave(), view(); }
  function consent(yes) {
    if (!yes || denied) {
      on = user = id = 0;
      queue = [];
      ['id', 'user', 'consent'].map(function (name) { kept(name, ''); });
    } else if (!on) {
      on = 1;
      kept('id', id = kept('id') || fresh());
      kept('consent', 'yes');
      user = kept('user');
      view();
    }
  }
  function listen(names, act) {
    names.split(' ').map(function (name) { w.addEventListener(name, act, true); });
  }

  listen('pointermove pointerdown keydown', function (e) { pointer = pointer || e.isTrusted; });
  listen('scroll', function () { scrolled = true; });
  listen('visibilitychange', function () {
    seen = visible();
    since = d.hidden ? 0 : performance.now();
  });
  listen('pagehide', leave);
  listen('pageshow', function (e) { if (e.persisted) view(); });
  listen('popstate', turn);
  var push = history.pushState;
  history.pushState = function () { push.apply(history, arguments); turn(); };
  listen('submit', function (e) {
    var form = e.target, names = [], mail;
    Array.from(form.elements).map(function (field) {
      if (field.name && field.type != 'hidden') names.push(field.name.slice(0, 60));
      if (field.type == 'email') mail = mail || field.value.trim();
    });
    if (mail && form.hasAttribute('data-leadline-identify')) identify('', { email: mail });
    track('Form Submitted', { form: form.getAttribute('id'), fields: names.slice(0, 50) });
  });
  listen('click', function (e) {
    var a = e.target.closest('a[href]'), url = a && bare(a.href);
    if (a && (a.hasAttribute('download') || /\.(pdf|docx?|xlsx?|pptx?|csv|zip|epub)$/i.test(url)))
      track('File Downloaded', { file: url.split('/').pop(), url: url });
  });

  w.leadline = { consent, track, identify };
  if (kept('consent')) consent(1);
})(window, document, navigator);
