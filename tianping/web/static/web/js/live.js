// Live regions: <body data-live="ADDRESS"> gives server-sent events; an element with data-live-on="name name" is fetched
// anew from data-live-src (this page by default) when an event of one of these names arrives. Events carry the feed's
// position as their id: after a break the stream goes on from the last one, sent as Last-Event-ID by the browser and,
// where the browser gave up, as ?last_event_id by us. An element with data-live-now is fetched as soon as the page stands.
const address = document.body.dataset.live;
const waiting = new Set();
let last = "";
let pause = 1000;
let source;
let timer;

function open() {
  const url = new URL(address, location.href);
  if (last) url.searchParams.set("last_event_id", last);
  source = new EventSource(url);
  source.onopen = () => { pause = 1000; mark(true); };
  source.onmessage = hear;
  for (const name of names()) source.addEventListener(name, hear);
  source.onerror = () => {
    mark(false);
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(open, pause + Math.random() * pause); // not all at once after a restart
      pause = Math.min(pause * 2, 60000);
    }
  };
}

const regions = () => [...document.querySelectorAll("[data-live-on]")];
const names = () => new Set(regions().flatMap((el) => el.dataset.liveOn.split(" ")));

function mark(up) {
  document.querySelectorAll("[data-live-state]").forEach((el) => { el.hidden = (el.dataset.liveState === "up") !== up; });
}

function hear(event) {
  last = event.lastEventId || last;
  regions().filter((el) => el.dataset.liveOn.split(" ").includes(event.type)).forEach((el) => waiting.add(el));
  timer ??= setTimeout(flush, 300); // one fetch for a burst
}

async function flush() {
  timer = undefined;
  const list = [...waiting].filter((el) => el.isConnected);
  waiting.clear();
  for (const el of list) {
    // Somebody writes in it: do not take the words from under their hands, say that there is news.
    if (el.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select")) {
      el.dataset.stale = "";
      document.querySelectorAll("[data-live-news]").forEach((news) => { news.hidden = false; });
    } else await renew(el);
  }
}

async function renew(el) {
  let answer;
  try {
    answer = await fetch(el.dataset.liveSrc || location.href, { headers: { "HX-Request": "true", "HX-Target": el.id } });
  } catch {
    return; // the stream's own reconnection brings the next event
  }
  if (!answer.ok || answer.redirected) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(el.id);
  if (!next || !el.isConnected) return;
  const focus = document.activeElement;
  const link = el.contains(focus) ? focus.getAttribute("href") : null;
  const ticked = [...el.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
  const top = el.scrollTop;
  el.replaceWith(next);
  window.htmx?.process(next);
  next.scrollTop = top;
  for (const box of next.querySelectorAll("input[type=checkbox]")) box.checked = ticked.includes(box.value);
  if (link) [...next.querySelectorAll("a")].find((a) => a.getAttribute("href") === link)?.focus({ preventScroll: true });
}

document.querySelectorAll("[data-live-now]").forEach(renew);
if (address) {
  open();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}
