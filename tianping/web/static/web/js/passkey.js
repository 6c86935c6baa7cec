// Passkeys (WebAuthn level 2). form[data-passkey-form] carries the hidden field `credential`; its kind says what is asked:
// login (the question is fetched from the form's action), get and create (it stands in data-options, as JSON).
// [data-passkey] begins a login or get; a create begins with its form's own button. [data-say] hold the sentences.
const form = document.querySelector("form[data-passkey-form]");
const starter = document.querySelector("[data-passkey]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function say(state) {
  document.querySelectorAll("[data-passkey-words] [data-say]").forEach((el) => { el.hidden = el.dataset.say !== state; });
}

function plain(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function create({ publicKey }) {
  const alone = form.elements.passwordless?.checked ?? false;
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: alone ? "required" : "discouraged",
        requireResidentKey: alone,
        ...(alone ? { userVerification: "required" } : {}),
      },
    },
  });
}

function get({ publicKey }) {
  return navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) },
  });
}

async function question() {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

async function begin(event) {
  event.preventDefault();
  if (!window.PublicKeyCredential) {
    say("none");
    return;
  }
  say("wait");
  try {
    const asked = await question();
    const credential = await (form.dataset.passkeyForm === "create" ? create(asked) : get(asked));
    form.elements.credential.value = JSON.stringify(plain(credential));
    form.submit();
  } catch (error) {
    say(error.name === "SecurityError" || error.name === "NotSupportedError" ? "none" : "denied");
  }
}

if (form) (starter || form).addEventListener(starter ? "click" : "submit", begin);
