// A list and what is open beside it: closing without losing one's place, how many are ticked, and sending with Ctrl Enter.
const work = document.querySelector(".work");
const pane = document.getElementById("pane");

function close(link) {
  pane.hidden = true;
  pane.replaceChildren();
  work.classList.remove("open");
  history.replaceState(history.state, "", link.href);
  const row = work.querySelector("[data-rows] tr[aria-current]");
  row?.removeAttribute("aria-current");
  row?.querySelector("a")?.focus();
}

if (work && pane) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pane-close]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    close(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || pane.hidden || document.querySelector("dialog[open], details.menu[open]")) return;
    const link = pane.querySelector("a[data-pane-close]");
    if (link) close(link);
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    tell();
  });
  addEventListener("pageshow", tell);
  tell();
  document.addEventListener("htmx:afterSettle", tell);
}

function boxes() {
  return work.querySelectorAll("tbody .pickbox input");
}

// 选中3件: said where the buttons are that act on them.
function tell() {
  const all = [...boxes()];
  const ticked = all.filter((box) => box.checked).length;
  const told = document.querySelector("[data-ticked]");
  if (told) told.textContent = told.dataset.ticked.replace("{n}", ticked);
  const head = work.querySelector("[data-pick-all]");
  if (!head) return;
  head.hidden = false;
  head.firstElementChild.nextElementSibling.checked = ticked > 0 && ticked === all.length;
  head.firstElementChild.nextElementSibling.indeterminate = ticked > 0 && ticked < all.length;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form[data-send], dialog[open] form");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit].fill"));
});
