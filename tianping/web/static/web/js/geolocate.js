// button[data-geolocate] fills the fields lat, lon and accuracy (metres) of its form from the phone's position (WGS-84).
// Shown only where the browser can; [data-geo="wait|found|denied|failed"] inside the form hold the sentences.
const button = document.querySelector("button[data-geolocate]");

function say(state) {
  button.form.querySelectorAll("[data-geo]").forEach((el) => { el.hidden = el.dataset.geo !== state; });
}

if (button && "geolocation" in navigator && isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-disabled", "true");
    say("wait");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const set = (name, value) => { button.form.elements[name].value = value; };
      set("lat", coords.latitude.toFixed(6));
      set("lon", coords.longitude.toFixed(6));
      set("accuracy", Math.round(coords.accuracy));
      button.removeAttribute("aria-disabled");
      say("found");
    }, (error) => {
      button.removeAttribute("aria-disabled");
      say(error.code === error.PERMISSION_DENIED ? "denied" : "failed");
    }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
}
