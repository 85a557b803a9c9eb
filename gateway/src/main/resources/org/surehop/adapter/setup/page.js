// The code goes in a header, which no other site can make a browser send here.
document.getElementById("setup").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = document.getElementById("said");
  said.textContent = "The box is looking at it ...";
  try {
    const answer = await fetch("/configuration", {
      method: "POST",
      headers: { "Surehop-Setup-Code": document.getElementById("code").value.trim() },
      body: document.getElementById("file").files[0],
    });
    said.textContent = await answer.text();
  } catch {
    said.textContent = "The box does not answer.";
  }
});
