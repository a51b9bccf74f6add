import { boxesForRules, boxOf, kinds } from './boxes.js';
import { rules } from './rules.js';
import { search, type Found } from './search.js';

/** Prints every box with its states, transitions and seconds; then every rule taken away, and what broke first. */
const line = (text: string): void => { process.stdout.write(`${text}\n`); };
const [crashes = 2, expiries = 2, signals = 2, operators = 1, most = 5_000_000] = process.argv.slice(2).map(Number);

const said = (found: Found): string => `${String(found.states)} states, ${String(found.transitions)} transitions, ${found.seconds.toFixed(1)} s${found.whole === 'yes' ? '' : ', NOT WHOLE'}`;

let missed = 0;
for (const kind of kinds) {
  const box = boxOf(kind, { crashes, expiries, signals, operators });
  const found = await search(box, undefined, { mostStates: most });
  if (found.broken.length > 0 || found.whole === 'no') missed += 1;
  line(`${box.name}: ${said(found)}: ${found.broken.length === 0 ? 'the laws hold' : 'BROKEN'}`);
  for (const { law, trace } of found.broken) line(`  ${law}\n    ${trace.join(' -> ')}`);
}
for (const off of rules) {
  let states = 0;
  let first = '';
  for (const box of boxesForRules) {
    const found = await search(box, off, { mostStates: 60_000, until: off.breaks });
    states += found.states;
    const broken = found.broken.find(({ law }) => off.breaks.some((one) => law.startsWith(`${one}:`)));
    if (broken) { first = `${broken.law} (${box.name}, ${String(broken.trace.length)} steps)`; break; }
  }
  if (first === '') missed += 1;
  line(`without "${off.rule}": ${first === '' ? 'NOTHING BROKE' : first}; ${String(states)} states`);
}
line(missed === 0 ? 'met' : `missed: ${String(missed)}`);
process.exitCode = missed === 0 ? 0 : 1;
