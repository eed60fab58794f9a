// What a cell shows of an exercise: [tried, since, hints, done], or nothing where it is not begun.

export function kind(exercise) {
  if (!exercise) return "new";
  const [tried, , , done] = exercise;
  return done != null ? "done" : tried ? "tried" : "hint";
}

export function glyph(exercise) {
  if (!exercise) return "·";
  const [tried, , hints, done] = exercise;
  return (done != null ? "✓" : tried ? `${Math.min(tried, 99)}×` : "") + (hints ? "?" : "");
}

export function words(exercise) {
  if (!exercise) return "not begun";
  const [tried, since, hints, done] = exercise;
  const parts = [];
  if (done != null) parts.push(`done at ${clock(done)}`);
  if (tried) parts.push(done != null ? `tried ${times(tried)}` : `tried ${times(tried)} since ${clock(since)}`);
  if (hints) parts.push(`${hints} ${hints === 1 ? "hint" : "hints"}`);
  return parts.join(", ");
}

export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds / 60));
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

function clock(seconds) {
  const time = new Date(seconds * 1000);
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
