// What the page of the room shows, and nothing about its socket.
const joinForm = document.getElementById("joinForm");
const nameText = document.getElementById("nameText");
const messageForm = document.getElementById("messageForm");
const toText = document.getElementById("toText");
const messageText = document.getElementById("messageText");
const connection = document.getElementById("connection");
const people = document.getElementById("people");
const messages = document.getElementById("messages");

function setStatus(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function addItem(list, text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in it must not run
  list.append(item);
  const log = list.parentElement; // its scrollTop is 0 at the end, and less where the reader reads back
  log.scrollTop = log.scrollTop < -20 ? log.scrollTop - item.offsetHeight : 0;
  return item;
}

function removePerson(name) {
  const item = [...people.children].find((item) => item.textContent === name);
  if (item) item.remove();
}

function addPerson(name) {
  removePerson(name); // the list may have had that name already
  addItem(people, name);
}

function showPeople(names) {
  people.replaceChildren();
  names.forEach((name) => addItem(people, name));
}

toText.onfocus = () => {
  const names = [...people.children].map((item) => new Option(item.textContent));
  document.getElementById("names").replaceChildren(...names); // which the browser offers
};

function showRoom() {
  messageForm.hidden = false;
  if (!joinForm.hidden) messageText.focus(); // only the first time: later somebody may be typing
  joinForm.hidden = true;
}

function showJoin() {
  joinForm.hidden = false;
  messageForm.hidden = true;
  nameText.focus();
}
