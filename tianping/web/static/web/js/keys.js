// Shortcuts of the desk. Rows are in [data-rows]; whatever carries data-key is pressed by that key. Single keys can be
// switched off in the help (WCAG 2.1.4); the choice stays on this machine.
const STORE = "tianping.keys";
const help = document.getElementById("keys");
const box = document.getElementById("keys-on");

function on() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

if (box) {
  box.checked = on();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, box.checked ? "on" : "off");
    } catch {
      // A browser that keeps nothing keeps the shortcuts on.
    }
  });
}

const writing = (el) => el.isContentEditable || el.matches("textarea, select, input:not([type=checkbox], [type=radio])");
const rows = () => [...document.querySelectorAll("[data-rows] :is(tbody tr, li)")].filter((row) => row.querySelector("a"));
const here = (all) => all.findIndex((row) => row.contains(document.activeElement));
const chosen = (all) => all.findIndex((row) => row.matches("[aria-current]") || row.querySelector("[aria-current]"));

function move(by) {
  const all = rows();
  if (!all.length) return false;
  const from = here(all) >= 0 ? here(all) : chosen(all);
  const row = all[Math.min(all.length - 1, Math.max(0, from < 0 ? 0 : from + by))];
  const link = row.querySelector("a");
  link.focus();
  row.scrollIntoView({ block: "nearest" });
  if (link.hasAttribute("hx-get")) link.click();
  return true;
}

function current() {
  const all = rows();
  return all[here(all) >= 0 ? here(all) : chosen(all)];
}

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((el) => el.checkVisibility());
  if (!target) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

function act(key) {
  if (key === "?") {
    help?.showModal();
    return Boolean(help);
  }
  if (press(key)) return true;
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  if (key === "x") {
    const pick = current()?.querySelector("input[type=checkbox]");
    pick?.click();
    return Boolean(pick);
  }
  if (key === "Enter" && document.activeElement === document.body) {
    const link = current()?.querySelector("a");
    if (link) location.assign(link.href);
    return Boolean(link);
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (key.length > 1 && key !== "Enter") return;
  if (key === "Enter" && target !== document.body && !target.matches("#main")) return; // the focused thing's own key
  if (writing(target) || document.querySelector("dialog[open]") || !on()) return;
  if (act(key)) event.preventDefault();
});
