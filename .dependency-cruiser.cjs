/**
 * Which way the code may know itself: one rule per sentence, each named for what it forbids. `npm run deps` runs it; `test/architecture/` breaks every
 * rule in a planted tree and expects it to object by name. Types count as imports: the sources are read by swc, which sees `import type` too.
 */

/** The rooms of core from top to bottom. A room imports rooms of lower lines only. */
const lines = [
  ['http-server'],
  ['api', 'webhook-intake'],
  ['recovery', 'insights'],
  ['settlement', 'gateways', 'declines', 'cards', 'notifications'],
  ['plugin-registry', 'clients'],
  ['scheduling', 'storage', 'observability', 'configuration'],
  ['connector-kit'],
];

/** Two rooms of one line, where the first may import the second; its door says why. */
const besides = {
  clients: ['plugin-registry'],
  scheduling: ['storage'],
  configuration: ['storage'],
};

/** `cases` stands beside the lines: it imports these, and few import it. */
const casesImport = ['scheduling', 'storage', 'connector-kit'];
const importCases = ['webhook-intake', 'recovery', 'insights', 'api'];

/** What `main.ts` opens before it wires; every other room is the container's. */
const openedByMain = ['configuration', 'connector-kit', 'declines', 'observability', 'plugin-registry', 'scheduling', 'storage'];

/** Exempt by exact path, each for its reason. */
const exempt = {
  readsCases: [
    // the operators' command line works on the cases of a hub that need not be running
    '^scripts/cli/open-hub\\.ts$',
    '^scripts/cli/open-desks\\.ts$',
    '^scripts/cli/commands/cases-show\\.ts$',
    // the demo prints what a hub held when it was killed; nothing is judged by it
    '^scripts/demo/hub-notes\\.ts$',
    // the benchmark of due cases makes very many of them, and one worker without the rest of a hub
    '^scripts/bench/due/',
  ],
  // the demo subscribes its endpoint to what a merchant is told to subscribe to
  subscribes: { from: '^scripts/demo/stage\\.ts$', to: '^connectors/[^/]+/events\\.ts$' },
};

const oneOf = (names) => `(${names.join('|')})`;
const room = (names) => `^core/${oneOf(names)}/`;
const anyDoor = '^core/[^/]+/index\\.ts$';
const kitDoor = '^core/connector-kit/index\\.ts$';
const harness = '^core/connector-kit/testing/';
const harnessDoor = `${harness}index\\.ts$`;
const main = '^core/main\\.ts$';
const container = '^core/container\\.ts$';
const fakePlatform = '^connectors/[^/]+/fake-platform(\\.ts$|/)';
const factTable = '^connectors/[^/]+/facts[^/]*\\.ts$';
const fakeDoor = '^connectors/[^/]+/fake-platform\\.ts$';
const ofTests = '(\\.test|\\.test-bench)\\.ts$|^test/';
const project = '^(core|connectors|scripts|test)/|^plugins\\.config\\.ts$';
const packages = (names) => `(^|/)node_modules/${oneOf(names)}/|^${oneOf(names)}(/|$)`;
const builtIn = (names) => `^(node:)?${oneOf(names)}(/|$)`;

const layer = (name, allowed, comment) => ({
  name: `layer-${name}`,
  comment,
  severity: 'error',
  from: { path: `^core/${name}/`, pathNot: ofTests },
  to: { path: '^core/', pathNot: [`^core/${name}/`, ...(allowed.length === 0 ? [] : [room(allowed)])] },
});

const layers = lines.flatMap((line, at) => line.map((name) => {
  const below = lines.slice(at + 1).flat();
  const cases = importCases.includes(name) ? ['cases'] : [];
  const allowed = [...(besides[name] ?? []), ...below, ...cases];
  return layer(name, allowed, allowed.length === 0 ? `${name} is a leaf.` : `${name} imports only rooms below it: ${allowed.join(', ')}.`);
}));

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const connectorCode = { path: '^connectors/', pathNot: ofTests };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no-unresolvable', 'An import that leads nowhere hides an edge from every other rule.', {}, { couldNotResolve: true }),
    forbid('no-cycles', 'No file needs itself, by whatever way round.', {}, { circular: true }),

    ...layers,
    layer('cases', casesImport, `cases imports only ${casesImport.join(', ')}.`),
    forbid('room-without-a-place', 'Every room of core has its place in the table at the top of this file.',
      { path: '^core/[^/]+/', pathNot: room([...lines.flat(), 'cases']) }, {}),
    forbid('cases-known-by-few', `cases is imported only by ${importCases.join(', ')}, and by the container.`,
      { path: '^(core|connectors|scripts)/|^plugins', pathNot: [ofTests, room(['cases', ...importCases]), container, ...exempt.readsCases] },
      { path: '^core/cases/' }),

    forbid('rooms-meet-at-doors', 'A room is imported by its index.ts only, by the tests of another room too.',
      { path: '^core/([^/]+)/' }, { path: '^core/[^/]+/', pathNot: ['^core/$1/', anyDoor] }),
    forbid('doors-from-outside', 'What is no room imports rooms by their index.ts only, tests too. The harness of fakes has a door of its own.',
      { path: project, pathNot: '^core/[^/]+/' }, { path: '^core/[^/]+/', pathNot: [anyDoor, harnessDoor] }),
    forbid('models-stay-home', 'A *.model.ts is imported in its own room only, by tests too.',
      { path: '^([^/]+/[^/]+)' }, { path: '\\.model\\.ts$', pathNot: '^$1/' }),

    forbid('main-opens-then-wires', `main.ts imports what it opens (${openedByMain.join(', ')}) and the container.`,
      { path: main }, { path: '^core/', pathNot: [room(openedByMain), container] }),
    forbid('container-is-mains', 'Only main.ts wires.', { pathNot: [main] }, { path: container }),
    forbid('main-is-for-scripts', 'Core is started from outside of it.', { path: ['^core/', '^connectors/', '^plugins'], pathNot: ofTests }, { path: main }),
    forbid('wiring-in-the-container', 'awilix is known to container.ts only.', { pathNot: [container] }, { path: packages(['awilix']) }),

    forbid('core-not-to-connectors', 'Core knows no connector.', { path: '^core/' }, { path: '^connectors/' }),
    forbid('core-not-to-plugins-config', 'Core is handed its plugins.', { path: '^core/' }, { path: '^plugins\\.config\\.ts$' }),
    forbid('core-not-to-embedded-mongo', 'Core sees a MongoDB URI and nothing else.', { path: '^core/' }, { path: '^scripts/embedded-mongo/' }),
    forbid('core-not-to-scripts', 'Scripts start core, not the other way round.', { path: '^core/' }, { path: '^scripts/' }),
    forbid('embedded-mongo-is-a-leaf', 'The embedded database imports nothing of the project.',
      { path: '^scripts/embedded-mongo/' }, { path: project, pathNot: '^scripts/embedded-mongo/' }),
    forbid('embedded-mongo-by-its-door', 'The embedded database is used by its index.ts only.',
      { pathNot: '^scripts/embedded-mongo/' }, { path: '^scripts/embedded-mongo/', pathNot: '^scripts/embedded-mongo/index\\.ts$' }),
    forbid('plugins-config-only-lists', 'The list of plugins imports the kit and the doors of connectors.',
      { path: '^plugins\\.config\\.ts$' }, { pathNot: [kitDoor, '^connectors/[^/]+/index\\.ts$'] }),
    forbid('connectors-by-the-list', 'A connector is reached by plugins.config.ts; scripts use its fake, and tests beside it what they like.',
      { path: '^scripts/', pathNot: exempt.subscribes.from }, { path: '^connectors/', pathNot: fakeDoor }),
    forbid('demo-subscribes', 'Beside fakes the demo takes the list of events a merchant subscribes to.',
      { path: exempt.subscribes.from }, { path: '^connectors/', pathNot: [fakeDoor, exempt.subscribes.to] }),

    forbid('connector-not-to-connector', 'Connectors do not know each other, in tests neither.',
      { path: '^connectors/([^/]+)/' }, { path: '^connectors/', pathNot: '^connectors/$1/' }),
    forbid('connector-knows-the-kit', 'Of the project a connector imports the kit by its door, and itself.',
      { path: '^connectors/', pathNot: ofTests }, { path: project, pathNot: [kitDoor, harnessDoor, '^connectors/'] }),
    forbid('connector-no-file-system', 'A connector has no files and no processes, its fake neither.',
      connectorCode, { path: builtIn(['fs', 'child_process', 'worker_threads', 'cluster']) }),
    forbid('connector-no-sockets', 'A connector reaches its platform by io only. Its fake is a server and has sockets.',
      { ...connectorCode, pathNot: [ofTests, fakePlatform] }, { path: [builtIn(['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns']), packages(['undici'])] }),
    forbid('connector-no-database', 'A connector stores nothing.', { path: '^connectors/' }, { path: packages(['mongoose', 'mongodb', 'bson', 'lmdb', 'mingo']) }),
    forbid('connector-no-http-server', 'A connector serves nothing.', { path: '^connectors/' }, { path: packages(['express', 'helmet']) }),
    forbid('connector-no-scheduler', 'A connector schedules nothing.', { path: '^connectors/' }, { path: packages(['agenda', '@agendajs/[^/]+']) }),
    forbid('connector-no-container', 'A connector is wired by nobody.', { path: '^connectors/' }, { path: packages(['awilix']) }),
    forbid('connector-no-logger', 'A connector logs by io.log.', { path: '^connectors/' }, { path: packages(['pino']) }),
    forbid('fake-platform-stays-outside', 'A fake is imported by itself, scripts/demo and tests only.',
      { pathNot: [fakePlatform, '^scripts/demo(\\.ts$|/)', ofTests] }, { path: fakePlatform }),
    forbid('fake-platform-stands-alone', 'A fake knows its platform, by facts.ts, and the harness of fakes: neither the connector it is there to judge nor the kit.',
      { path: fakePlatform }, { path: project, pathNot: [fakePlatform, factTable, harnessDoor, '^test/'] }),
    forbid('harness-stands-alone', 'The harness of fakes knows no contract: it imports nothing of the project, the kit around it neither.',
      { path: harness }, { path: project, pathNot: harness }),
    forbid('harness-is-for-fakes', 'The harness is imported by fakes, their tables of facts, scripts/demo and tests; nothing that runs with a hub stands on it.',
      { pathNot: [harness, fakePlatform, factTable, '^scripts/demo(\\.ts$|/)', ofTests] }, { path: harness }),

    forbid('code-not-to-tests', 'What runs imports no test and nothing of test/.', { pathNot: ofTests }, { path: ofTests }),
    forbid('code-not-to-dev-packages', 'What runs imports only packages that are installed with it.',
      { path: project, pathNot: [ofTests, '^scripts/embedded-mongo/suite/'] }, { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages(['@types/[^/]+']) }),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
