// A chosen picture is sent at once, so that it is seen; without script it goes along with the next step.
// input[data-send-now="#id"] presses that button of its form.
document.querySelectorAll("input[data-send-now]").forEach((input) => input.addEventListener("change", () => {
  if (input.files.length) input.form.requestSubmit(document.querySelector(input.dataset.sendNow));
}));
