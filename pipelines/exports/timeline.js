"use strict";
// Draws an account's past as lanes over time. Everything from the data goes in as text, never as markup.
const drawTimeline = (() => {
  const DAY = 86400000;
  const BAD = ["competitor_seen", "complaint", "notice_given", "contract_withdrawn", "contract_ended", "recorded_as_lost"];
  function element(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    for (const child of children) made.append(child);
    return made;
  }

  const sum = (events) => events.reduce((total, event) => total + (event[1] || 0), 0);
  const greatest = (events) => Math.max(...events.map((event) => event[1] || 0), 1);
  const titled = (words) => element("title", {}, words);

  const signs = (tr) => ({
    referral: tr("They referred someone to us"), reference: tr("They stood as a reference"), competitor_seen: tr("A competitor was seen"),
    complaint: tr("A complaint"), review_meeting: tr("A review meeting"), upsell: tr("They bought something more"),
    contract_began: tr("A contract began"), contract_renewed: tr("A contract was renewed"), notice_given: tr("Notice was given"),
    contract_withdrawn: tr("A contract was withdrawn before it began"),
    contract_ended: tr("A contract ended"), recorded_as_lost: tr("Recorded as lost"),
  });

  // As much of a text as is no wider than so many pixels.
  const measuring = document.createElement("canvas").getContext("2d");
  function fitted(text, wide, weight) {
    measuring.font = `${weight} 12px ${getComputedStyle(document.body).fontFamily}`;
    let shown = text;
    while (shown.length > 1 && measuring.measureText(shown).width > wide) shown = `${shown.slice(0, -2).trimEnd()}…`;
    return shown;
  }

  // Each lane: what it is called, what it says in words (and in short, where that is long), how high it is, and how it
  // is drawn.
  function lanes(past, { tr, money }) {
    const { orders = [], returns = [], credits = [], contacts = [], mailings = [], calls = [], requests = [], errors = [], tickets = [], signals = [], contracts = [], renewals = [], notices = [], withdrawals = [], ends = [], losses = [] } = past;
    const open = (events) => events.filter((event) => event[1] === null).length;
    const found = [];
    if (orders.length) {
      found.push({ name: tr("Orders"), says: tr("{count:0# order day}, {amount}", { count: orders.length, amount: money(sum(orders)) }), height: 54, events: orders, draw: drawOrders });
    }
    const back = [...returns, ...credits.map(([days, amount]) => [days, -amount])];
    if (back.length) {
      found.push({ name: tr("Sent back or credited"), says: tr("{count:0# time}, {amount}", { count: back.length, amount: money(sum(back)) }), height: 34, events: back, draw: drawReturns(greatest([...orders, ...back])) });
    }
    if (contacts.length || mailings.length) {
      const last = contacts.length
        ? tr("{count:0# time}, last {days:0# day} ago", { count: contacts.length, days: contacts[contacts.length - 1][0] })
        : tr("nobody; only invoices and the like");
      found.push({ name: tr("Spoken with"), says: last, height: 30, events: contacts, mailings, draw: drawContacts });
    }
    if (calls.length) {
      found.push({ name: tr("They rang, we were out"), says: tr("{count:0# time}, {open} not rung back", { count: calls.length, open: open(calls) }), height: 30, events: calls, draw: drawSpans(tr("Rang, not rung back"), (days) => tr("Rang, rung back after {days:0# day}", { days }), false) });
    }
    if (requests.length) {
      found.push({ name: tr("They wrote and asked"), says: tr("{count:0# time}, {open} not answered", { count: requests.length, open: open(requests) }), height: 30, events: requests, draw: drawSpans(tr("Asked, not answered"), (days) => tr("Asked, answered after {days:0# day}", { days }), false) });
    }
    if (errors.length) {
      found.push({ name: tr("Wrong invoices"), says: tr("{count:0# error}, {open} not corrected", { count: errors.length, open: open(errors) }), height: 30, events: errors, draw: drawSpans(tr("Error found, not corrected"), (days) => tr("Error found, corrected after {days:0# day}", { days })) });
    }
    if (tickets.length) {
      found.push({ name: tr("Problems reported"), says: tr("{count:0# ticket}, {open} open", { count: tickets.length, open: open(tickets) }), height: 30, events: tickets, draw: drawSpans(tr("Reported, not solved"), (days) => tr("Reported, solved after {days:0# day}", { days })) });
    }
    const as = (kind, events) => events.map(([days]) => [days, kind]);
    const terms = [
      ...as("contract_began", contracts), ...as("contract_renewed", renewals), ...as("notice_given", notices),
      ...as("contract_withdrawn", withdrawals), ...as("contract_ended", ends.filter((event) => event[1] === null)), ...as("recorded_as_lost", losses),
    ];
    if (terms.length) {
      const over = terms.filter((event) => BAD.includes(event[1])).length;
      const counts = { begun: terms.length - over, over };
      found.push({ name: tr("Contracts"), says: tr("{begun} begun or renewed, {over} given notice, ended or lost", counts), short: tr("{begun} begun, {over} over", counts), height: 30, events: terms, draw: drawSigns });
    }
    if (signals.length) {
      const bad = signals.filter((event) => BAD.includes(event[1])).length;
      found.push({ name: tr("Other signs"), says: tr("{good} good, {bad} bad", { good: signals.length - bad, bad }), height: 30, events: signals, draw: drawSigns });
    }
    return found;
  }

  function drawOrders(group, lane, scale, { tr, money }) {
    const most = greatest(lane.events);
    const last = lane.events[lane.events.length - 1][0];
    const quiet = element("rect", { x: scale.x(last), y: 4, width: Math.max(0, scale.x(0) - scale.x(last)), height: lane.height - 8, class: "quiet" });
    group.append(quiet);
    if (scale.x(0) - scale.x(last) > 100) {
      group.append(element("text", { x: (scale.x(0) + scale.x(last)) / 2, y: 18, class: "note" }, tr("{days:0# day} silent", { days: last })));
    }
    for (const [days, amount] of lane.events) {
      const high = Math.max(2, ((lane.height - 10) * Math.max(0, amount || 0)) / most);
      group.append(element("rect", { x: scale.x(days) - 1.5, y: lane.height - 4 - high, width: 3, height: high, class: "order" },
        titled(tr("{day}: ordered {amount}", { day: scale.day(days), amount: money(amount || 0) }))));
    }
  }

  function drawContacts(group, lane, scale, { tr }) {
    const middle = lane.height / 2;
    for (const [days, channel] of lane.mailings) {
      group.append(element("line", { x1: scale.x(days), x2: scale.x(days), y1: middle - 4, y2: middle + 4, class: "billing" }, titled(`${scale.day(days)}: ${tr(channel)}`)));
    }
    for (const [days, channel] of lane.events) {
      group.append(element("circle", { cx: scale.x(days), cy: middle, r: 4, class: "good" }, titled(`${scale.day(days)}: ${tr(channel)}`)));
    }
  }

  // What came back hangs from above, on the scale of the orders.
  const drawReturns = (most) => (group, lane, scale, { tr, money }) => {
    for (const [days, amount] of lane.events) {
      const high = Math.max(2, ((lane.height - 8) * (amount || 0)) / most);
      group.append(element("rect", { x: scale.x(days) - 1.5, y: 4, width: 3, height: high, class: "returned" },
        titled(tr("{day}: {amount} sent back or credited", { day: scale.day(days), amount: money(amount || 0) }))));
    }
  };

  // Something that began and, as far as was known, ended or did not: a ring for what is open, a dot for what is done.
  const drawSpans = (openWords, doneAfter, lasts = true) => (group, lane, scale) => {
    const middle = lane.height / 2;
    const settledFirst = [...lane.events].sort((one, other) => (one[1] === null) - (other[1] === null));
    for (const [days, until] of settledFirst) {
      const end = until === null ? (lasts ? 0 : days) : days - until;
      const words = until === null ? openWords : doneAfter(until);
      const state = until === null ? "open" : "done";
      group.append(element("g", { class: state },
        titled(`${scale.day(days)}: ${words}`),
        element("line", { x1: scale.x(days), x2: scale.x(end), y1: middle, y2: middle }),
        element("circle", { cx: scale.x(days), cy: middle, r: 4 })));
    }
  };

  function drawSigns(group, lane, scale, { tr }) {
    const titles = signs(tr);
    const middle = lane.height / 2;
    for (const [days, kind] of lane.events) {
      const at = scale.x(days);
      const bad = BAD.includes(kind);
      const points = bad ? `${at - 5},${middle - 4} ${at + 5},${middle - 4} ${at},${middle + 5}` : `${at - 5},${middle + 4} ${at + 5},${middle + 4} ${at},${middle - 5}`;
      group.append(element("polygon", { points, class: bad ? "bad" : "good" }, titled(`${scale.day(days)}: ${titles[kind] || tr(kind)}`)));
    }
  }

  function drawMonths(svg, scale, top, bottom, { day }) {
    const month = new Date(scale.from.getTime());
    month.setUTCDate(1);
    const step = scale.width < 420 ? 6 : 3;
    for (month.setUTCMonth(month.getUTCMonth() + 1); month < scale.to; month.setUTCMonth(month.getUTCMonth() + 1)) {
      const at = scale.x((scale.to - month) / DAY);
      const labelled = month.getUTCMonth() % step === 0;
      svg.append(element("line", { x1: at, x2: at, y1: top, y2: bottom, class: labelled ? "month named" : "month" }));
      if (labelled && at > 20 && at < scale.x(0) - 20) {
        svg.append(element("text", { x: at, y: bottom + 14, class: "tick" },
          day(month, { month: "short", year: "2-digit" })));
      }
    }
  }

  // An SVG as wide as its place, with the lanes that have events; null where there are none.
  return function drawTimeline(past, page, words, width) {
    const drawn = lanes(past, words);
    if (!drawn.length) return null;
    const narrow = width < 560;
    const left = narrow ? 6 : 190;
    const above = narrow ? 20 : 4;
    const to = new Date(`${page.as_of}T00:00:00Z`);
    const from = new Date(to.getTime() - page.days * DAY);
    const x = (days) => left + ((width - left - 10) * (page.days - days)) / page.days;
    const day = (days) => words.day(new Date(to.getTime() - days * DAY), { day: "numeric", month: "short", year: "numeric" });
    const scale = { x, day, from, to, width };
    const changes = past.reps || [];
    const top = changes.length ? 20 : 4;
    const bottom = top + drawn.reduce((total, lane) => total + lane.height + above, 0);
    const summary = drawn.map((lane) => `${lane.name}: ${lane.says}`).join(". ");
    const svg = element("svg", { viewBox: `0 0 ${width} ${bottom + 20}`, width, height: bottom + 20, role: "img", "aria-label": summary });
    drawMonths(svg, scale, top, bottom, words);
    let y = top;
    for (const lane of drawn) {
      // A label keeps out of the drawing; its title says all.
      const name = fitted(lane.name, narrow ? width : left - 8, 600);
      const room = narrow ? width - left - 12 - measuring.measureText(name).width : left - 8;
      const label = element("text", { x: narrow ? left : 0, y: narrow ? y + 14 : y + lane.height / 2 - 2, class: "lane" }, name);
      const says = element("tspan", narrow ? { dx: 6, class: "says" } : { x: 0, dy: 14, class: "says" }, fitted(lane.short || lane.says, room, 400));
      label.append(says, titled(`${lane.name}: ${lane.says}`));
      const group = element("g", { transform: `translate(0 ${y + above})` });
      lane.draw(group, lane, scale, words);
      svg.append(label, group);
      y += lane.height + above;
      svg.append(element("line", { x1: left, x2: width - 10, y1: y, y2: y, class: "rule" }));
    }
    // The newest rep is the one that matters, so names are set from the right, and one without room is left out.
    let taken = width;
    for (const [days, rep] of [...changes].reverse()) {
      const name = page.rep_names[rep] || rep;
      const at = scale.x(days);
      svg.append(element("line", { x1: at, x2: at, y1: 6, y2: bottom, class: "change" }, titled(words.tr("{day}: {rep} became their rep", { day: day(days), rep: name }))));
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
