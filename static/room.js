const [FIRST_WAIT, LONGEST_WAIT] = [0.5, 8]; // seconds until the page tries again
const STEADY = 1; // seconds until a connection is taken for a good one
const logOutForm = document.getElementById("logOutForm"); // it is there where the room has accounts
let socket, timer, wait = FIRST_WAIT;

function connect() {
  setStatus("Connecting.");
  if (logOutForm) getTicket().then(openSocket, (error) => tryLater(error.message));
  else openSocket();
}

async function getTicket() {
  const answer = await fetch("room/ticket", { method: "POST" }); // the browser sends the cookie along
  if (answer.status === 401) location.assign("room/login");
  if (!answer.ok) throw new Error(`${answer.status} for a ticket`);
  return answer.text();
}

function openSocket(ticket) {
  // The room's socket lives below its page: http becomes ws, and https becomes wss.
  socket = new WebSocket(new URL("room/ws", document.baseURI.replace("http", "ws")));
  socket.onopen = () => {
    timer = setTimeout(() => (wait = FIRST_WAIT), STEADY * 1000); // not yet: it may fail at once
    if (ticket) socket.send(ticket);
    setStatus(name ? "Connected. Joining again." : "Connected. Join with a name.");
    join();
  };
  socket.onmessage = (event) => {
    wait = FIRST_WAIT; // the server works again
    const message = JSON.parse(event.data);
    on[message.type](message);
  };
  socket.onclose = ({ code, reason }) => {
    clearTimeout(timer);
    inside = false;
    showPeople([]);
    tryLater(`code ${code}${reason && ", "}${reason}`);
  };
}

function tryLater(why) {
  setStatus(`Not connected (${why}). Next try in ${wait} s.`);
  setTimeout(connect, wait * 1000);
  wait = Math.min(2 * wait, LONGEST_WAIT);
}

joinForm.onsubmit = (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  if (name) return; // the room has not answered yet
  name = nameText.value.trim();
  join();
};

if (logOutForm) {
  nameText.value = logOutForm.dataset.account;
  nameText.readOnly = true; // the room knows who is logged in
}
connect();
