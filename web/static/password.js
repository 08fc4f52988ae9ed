// Lets somebody see the passwords they type. Without script the box stays hidden.
for (const box of document.querySelectorAll("[data-show]")) {
  box.hidden = false;
  box.querySelector("input").addEventListener("change", (event) => {
    for (const id of box.dataset.show.split(" ")) {
      document.getElementById(id).type = event.target.checked ? "text" : "password";
    }
  });
}
