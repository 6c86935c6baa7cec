// A long list of options gets a field that narrows it: what is typed leaves the options that hold it. Without script the list is whole.
function narrow(select) {
  if (select.previousElementSibling?.matches("input.find")) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "search", className: "input find", placeholder: select.dataset.find, autocomplete: "off" });
  field.setAttribute("aria-label", select.dataset.find);
  field.setAttribute("aria-controls", select.id);
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase();
    const fits = (option) => option.textContent.toLowerCase().includes(words);
    for (const option of select.options) option.hidden = Boolean(words && option.value && !fits(option));
    for (const group of select.querySelectorAll("optgroup")) group.hidden = ![...group.children].some((o) => !o.hidden);
    const left = [...select.options].filter((option) => option.value && !option.hidden);
    if (words && !select.multiple && left.length) select.value = left[0].value;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    select.focus();
  });
  field.addEventListener("change", () => select.dispatchEvent(new Event("change", { bubbles: true })));
  select.before(field);
}

const all = () => document.querySelectorAll("select[data-find]:enabled").forEach(narrow);
all();
new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
