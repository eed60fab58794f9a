// The line by which learners join.
const LOOPBACK = /^(localhost|127\..*|\[::1\])$/;

function lineFor(address) {
  return `from lesson import share; share("${address}")`;
}

// The board's own address is for kernels that reach its machine; the page's one for those behind the same proxy.
function codes({ address, token }) {
  const own = `${address}/${token}`;
  if (LOOPBACK.test(location.hostname)) return [own];
  const here = new URL(`share?token=${token}`, document.baseURI.replace("http", "ws")).href;
  if (location.pathname !== "/") return [own, here];
  return [location.protocol === "http:" ? `${location.host}/${token}` : here];
}

export function showCode(code) {
  const [line, other] = codes(code).map(lineFor);
  document.getElementById("line").textContent = line;
  document.getElementById("elsewhere").hidden = !other;
  document.getElementById("otherLine").textContent = other ?? "";
}
