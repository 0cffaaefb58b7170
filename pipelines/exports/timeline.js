"use strict";
// Draws an account's past as lanes over time. Everything from the data goes in as text, never as markup.
const drawTimeline = (() => {
  const DAY = 86400000;
  const BAD = ["competitor_seen", "complaint"];
  const SIGNS = {
    referral: "They referred someone to us", reference: "They stood as a reference", competitor_seen: "A competitor was seen",
    complaint: "A complaint", review_meeting: "A review meeting", upsell: "They bought something more",
  };

  const plural = (number, noun, nouns = noun + "s") => `${number.toLocaleString("en-GB")} ${number === 1 ? noun : nouns}`;

  function element(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    for (const child of children) made.append(child);
    return made;
  }

  const sum = (events) => events.reduce((total, event) => total + (event[1] || 0), 0);
  const greatest = (events) => Math.max(...events.map((event) => event[1] || 0), 1);
  const titled = (words) => element("title", {}, words);

  // Each lane: what it is called, what it says in words, how high it is, and how it is drawn.
  function lanes(past, page) {
    const { orders = [], returns = [], credits = [], contacts = [], mailings = [], calls = [], errors = [], tickets = [], signals = [] } = past;
    const open = (events) => events.filter((event) => event[1] === null).length;
    const found = [];
    if (orders.length) {
      found.push({ name: "Orders", says: `${plural(orders.length, "order day")}, ${page.money(sum(orders))}`, height: 54, events: orders, draw: drawOrders });
    }
    const back = [...returns, ...credits.map(([days, amount]) => [days, -amount])];
    if (back.length) {
      found.push({ name: "Sent back or credited", says: `${plural(back.length, "time")}, ${page.money(sum(back))}`, height: 34, events: back, draw: drawReturns(greatest([...orders, ...back])) });
    }
    if (contacts.length || mailings.length) {
      const last = contacts.length ? `${plural(contacts.length, "time")}, last ${plural(contacts[contacts.length - 1][0], "day")} ago` : "nobody; only invoices and the like";
      found.push({ name: "Spoken with", says: last, height: 30, events: contacts, mailings, draw: drawContacts });
    }
    if (calls.length) {
      found.push({ name: "They rang, we were out", says: `${plural(calls.length, "time")}, ${open(calls)} not rung back`, height: 30, events: calls, draw: drawSpans("Rang, not rung back", "Rang, rung back after", false) });
    }
    if (errors.length) {
      found.push({ name: "Wrong invoices", says: `${plural(errors.length, "error")}, ${open(errors)} not corrected`, height: 30, events: errors, draw: drawSpans("Error found, not corrected", "Error found, corrected after") });
    }
    if (tickets.length) {
      found.push({ name: "Problems reported", says: `${plural(tickets.length, "ticket")}, ${open(tickets)} open`, height: 30, events: tickets, draw: drawSpans("Reported, not solved", "Reported, solved after") });
    }
    if (signals.length) {
      const bad = signals.filter((event) => BAD.includes(event[1])).length;
      found.push({ name: "Other signs", says: `${signals.length - bad} good, ${bad} bad`, height: 30, events: signals, draw: drawSigns });
    }
    return found;
  }

  function drawOrders(group, lane, scale, page) {
    const most = greatest(lane.events);
    const last = lane.events[lane.events.length - 1][0];
    const quiet = element("rect", { x: scale.x(last), y: 4, width: Math.max(0, scale.x(0) - scale.x(last)), height: lane.height - 8, class: "quiet" });
    group.append(quiet);
    if (scale.x(0) - scale.x(last) > 100) {
      group.append(element("text", { x: (scale.x(0) + scale.x(last)) / 2, y: 18, class: "note" }, `${plural(last, "day")} silent`));
    }
    for (const [days, amount] of lane.events) {
      const high = Math.max(2, ((lane.height - 10) * Math.max(0, amount || 0)) / most);
      group.append(element("rect", { x: scale.x(days) - 1.5, y: lane.height - 4 - high, width: 3, height: high, class: "order" },
        titled(`${scale.day(days)}: ordered ${page.money(amount || 0)}`)));
    }
  }

  function drawContacts(group, lane, scale) {
    const middle = lane.height / 2;
    for (const [days, channel] of lane.mailings) {
      group.append(element("line", { x1: scale.x(days), x2: scale.x(days), y1: middle - 4, y2: middle + 4, class: "billing" }, titled(`${scale.day(days)}: ${channel}`)));
    }
    for (const [days, channel] of lane.events) {
      group.append(element("circle", { cx: scale.x(days), cy: middle, r: 4, class: "good" }, titled(`${scale.day(days)}: ${channel}`)));
    }
  }

  // What came back hangs from above, on the scale of the orders.
  const drawReturns = (most) => (group, lane, scale, page) => {
    for (const [days, amount] of lane.events) {
      const high = Math.max(2, ((lane.height - 8) * (amount || 0)) / most);
      group.append(element("rect", { x: scale.x(days) - 1.5, y: 4, width: 3, height: high, class: "returned" },
        titled(`${scale.day(days)}: ${page.money(amount || 0)} sent back or credited`)));
    }
  };

  // Something that began and, as far as was known, ended or did not: a ring for what is open, a dot for what is done.
  const drawSpans = (openWords, doneWords, lasts = true) => (group, lane, scale) => {
    const middle = lane.height / 2;
    const settledFirst = [...lane.events].sort((one, other) => (one[1] === null) - (other[1] === null));
    for (const [days, until] of settledFirst) {
      const end = until === null ? (lasts ? 0 : days) : days - until;
      const words = until === null ? openWords : `${doneWords} ${plural(until, "day")}`;
      const state = until === null ? "open" : "done";
      group.append(element("g", { class: state },
        titled(`${scale.day(days)}: ${words}`),
        element("line", { x1: scale.x(days), x2: scale.x(end), y1: middle, y2: middle }),
        element("circle", { cx: scale.x(days), cy: middle, r: 4 })));
    }
  };

  function drawSigns(group, lane, scale) {
    const middle = lane.height / 2;
    for (const [days, kind] of lane.events) {
      const at = scale.x(days);
      const bad = BAD.includes(kind);
      const points = bad ? `${at - 5},${middle - 4} ${at + 5},${middle - 4} ${at},${middle + 5}` : `${at - 5},${middle + 4} ${at + 5},${middle + 4} ${at},${middle - 5}`;
      group.append(element("polygon", { points, class: bad ? "bad" : "good" }, titled(`${scale.day(days)}: ${SIGNS[kind] || kind}`)));
    }
  }

  function drawMonths(svg, scale, top, bottom) {
    const month = new Date(scale.from.getTime());
    month.setUTCDate(1);
    const step = scale.width < 420 ? 6 : 3;
    for (month.setUTCMonth(month.getUTCMonth() + 1); month < scale.to; month.setUTCMonth(month.getUTCMonth() + 1)) {
      const at = scale.x((scale.to - month) / DAY);
      const labelled = month.getUTCMonth() % step === 0;
      svg.append(element("line", { x1: at, x2: at, y1: top, y2: bottom, class: labelled ? "month named" : "month" }));
      if (labelled && at > 20 && at < scale.x(0) - 20) {
        svg.append(element("text", { x: at, y: bottom + 14, class: "tick" },
          month.toLocaleDateString("en-GB", { month: "short", year: "2-digit", timeZone: "UTC" })));
      }
    }
  }

  // An SVG as wide as its place, with the lanes that have events; null where there are none.
  return function drawTimeline(past, page, width) {
    const drawn = lanes(past, page);
    if (!drawn.length) return null;
    const narrow = width < 560;
    const left = narrow ? 6 : 190;
    const above = narrow ? 20 : 4;
    const to = new Date(`${page.as_of}T00:00:00Z`);
    const from = new Date(to.getTime() - page.days * DAY);
    const x = (days) => left + ((width - left - 10) * (page.days - days)) / page.days;
    const day = (days) => new Date(to.getTime() - days * DAY).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    const scale = { x, day, from, to, width };
    const changes = past.reps || [];
    const top = changes.length ? 20 : 4;
    const bottom = top + drawn.reduce((total, lane) => total + lane.height + above, 0);
    const summary = drawn.map((lane) => `${lane.name}: ${lane.says}`).join(". ");
    const svg = element("svg", { viewBox: `0 0 ${width} ${bottom + 20}`, width, height: bottom + 20, role: "img", "aria-label": summary });
    drawMonths(svg, scale, top, bottom);
    let y = top;
    for (const lane of drawn) {
      const label = element("text", { x: narrow ? left : 0, y: narrow ? y + 14 : y + lane.height / 2 - 2, class: "lane" }, lane.name);
      const says = element("tspan", narrow ? { dx: 6, class: "says" } : { x: 0, dy: 14, class: "says" }, lane.says);
      label.append(says);
      const group = element("g", { transform: `translate(0 ${y + above})` });
      lane.draw(group, lane, scale, page);
      svg.append(label, group);
      y += lane.height + above;
      svg.append(element("line", { x1: left, x2: width - 10, y1: y, y2: y, class: "rule" }));
    }
    // The newest rep is the one that matters, so names are set from the right, and one without room is left out.
    let taken = width;
    for (const [days, rep] of [...changes].reverse()) {
      const name = page.rep_names[rep] || rep;
      const at = scale.x(days);
      svg.append(element("line", { x1: at, x2: at, y1: 6, y2: bottom, class: "change" }, titled(`${day(days)}: ${name} became their rep`)));
      const label = element("text", { x: at + 4, y: 13, class: "rep" }, name.length > 22 ? `${name.slice(0, 21)}…` : name);
      const wide = 7 * label.textContent.length + 8;
      if (at + wide > taken && at < taken && at - wide > left) { label.setAttribute("x", at - 4); label.setAttribute("class", "rep end"); taken = at - wide; }
      else if (at + wide <= taken) taken = at;
      else continue;
      svg.append(label);
    }
    svg.append(element("line", { x1: x(0), x2: x(0), y1: top, y2: bottom, class: "today" }));
    return svg;
  };
})();
