// Takes the code of a scanned badge from the address, where it stands in the
// fragment, and out of the address again. Signing in stays a button: a link of
// somebody else signs nobody in.
function take() {
  const code = location.hash.slice(1);
  if (code === "") return;
  history.replaceState(null, "", location.pathname + location.search);
  const input = document.getElementById("code");
  input.value = code;
  input.form.querySelector("button").focus();
}
addEventListener("hashchange", take);
take();
