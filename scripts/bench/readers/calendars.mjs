// Read iCalendar files by ical.js and by node-ical, and say where the two do not agree, or where a
// line is longer than 75 octets or ends otherwise than by CRLF: node calendars.mjs FILE…
import fs from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const two = (number) => String(number).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

function byIcalJs(text) {
  const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
  return events.map((event) => [
    event.uid, event.startDate.isDate, `${event.startDate}`, `${event.endDate}`, event.summary, event.sequence,
    event.component.getFirstPropertyValue("status"),
  ]);
}

function byNodeIcal(text) {
  const events = Object.values(nodeIcal.sync.parseICS(text)).filter(({ type }) => type === "VEVENT");
  return events.map((event) => [
    event.uid, event.datetype === "date", day(event.start), day(event.end), event.summary.val ?? event.summary,
    Number(event.sequence), event.status,
  ]);
}

let status = 0;
for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, "utf8");
  const faulty = text.split("\r\n").filter((line) => Buffer.byteLength(line) > 75 || /[\r\n]/.test(line));
  const [one, other] = [byIcalJs(text), byNodeIcal(text)].map((events) => events.map((event) => JSON.stringify(event)));
  const apart = one.filter((event, place) => event !== other[place]);
  console.log(`${file}: ${one.length} events, ${apart.length} apart, ${faulty.length} faulty lines`);
  if (apart.length || faulty.length || one.length !== other.length) status = 1;
}
process.exit(status);
