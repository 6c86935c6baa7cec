// What was typed in form[data-draft] stays on this phone until it was sent. Never passwords, codes, numbers of identity
// (data-nodraft) or files. [data-draft-note] says that it was kept; [data-draft-done="KEY"] on the next page lets it go.
const form = document.querySelector("form[data-draft]");
const PREFIX = "tianping.draft.";
const DAYS = 7;

const fields = () => [...form.elements].filter((el) => el.name && !el.closest("[data-nodraft]")
  && !["password", "hidden", "file", "submit", "button"].includes(el.type) && el.autocomplete !== "one-time-code");

function keep() {
  const values = {};
  for (const el of fields()) {
    if (el.type === "checkbox" || el.type === "radio") {
      values[el.name] ??= [];
      if (el.checked) values[el.name].push(el.value);
    } else if (el.value) values[el.name] = [el.value];
  }
  const full = Object.values(values).some((v) => v.length);
  try {
    if (full) localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
    else localStorage.removeItem(PREFIX + form.dataset.draft);
  } catch {
    return; // nothing was kept, so nothing is said
  }
  note(full);
}

function note(shown) {
  document.querySelectorAll("[data-draft-note]").forEach((el) => { el.hidden = !shown; });
}

function bring() {
  let values;
  try {
    ({ values } = JSON.parse(localStorage.getItem(PREFIX + form.dataset.draft)) ?? {});
  } catch {
    return;
  }
  if (!values) return;
  for (const el of fields()) {
    const had = values[el.name];
    if (!had) continue;
    if (el.type === "checkbox" || el.type === "radio") el.checked = had.includes(el.value);
    else [el.value] = had; // typed later than what the server has: keep() runs when the page is left, too
  }
  note(true);
}

function drop(key) {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept.
  }
}

try {
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(PREFIX))) {
    if (Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > DAYS * 864e5) localStorage.removeItem(key);
  }
} catch {
  // A browser that keeps nothing has nothing old.
}
document.querySelectorAll("[data-draft-done]").forEach((el) => el.dataset.draftDone.split(" ").forEach(drop));

if (form) {
  let timer;
  bring();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  addEventListener("pagehide", keep);
}
