// The page's socket: it comes back by itself, and asks for what came after the last number it has.
import { showCode } from "./join.js";
import { onSent, showNews, startNews } from "./news.js";
import { clear, showState, startTable } from "./table.js";

const connection = document.getElementById("connection");
const [FIRST_WAIT, LONGEST_WAIT] = [0.5, 8]; // seconds until the page tries again
const token = takeToken();
let [socket, log, after, wait] = [null, "", -1, FIRST_WAIT];

// The link has the token behind #, so no server's log has it; here it goes out of the address, which all see.
function takeToken() {
  const key = `board ${location.pathname}`;
  if (location.hash) sessionStorage.setItem(key, location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  return sessionStorage.getItem(key) ?? "";
}

function setStatus(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

const on = {
  welcome(message) {
    startTable(message.lessons, message.exercises);
    showCode(message.code);
    setStatus("");
  },
  state(message) {
    if (message.log !== log) clear(); // a number counts in one log
    [log, after, wait] = [message.log, message.number, FIRST_WAIT];
    showState(message);
    showNews(message.news);
  },
  sent: () => onSent(),
  error: (message) => onSent(message.reason),
};

function connect() {
  const query = new URLSearchParams({ token, log, after });
  socket = new WebSocket(new URL(`watch?${query}`, document.baseURI.replace("http", "ws")));
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    on[message.type](message);
  };
  socket.onclose = comeBack;
}

async function comeBack() {
  const answer = await fetch(`watch?${new URLSearchParams({ token })}`).catch(() => null);
  if (answer?.status === 403) {
    setStatus("This link does not open the board. Open the one that the board's terminal shows.");
    return;
  }
  setStatus(`Not connected. What you see may be old. Next try in ${wait} s.`);
  setTimeout(connect, wait * 1000);
  wait = Math.min(2 * wait, LONGEST_WAIT);
}

onhashchange = () => location.reload(); // another link was opened in this tab
startNews((message) => {
  if (socket.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
});
connect();
