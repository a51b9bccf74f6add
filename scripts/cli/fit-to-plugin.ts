import type { ParsedConfig } from '../../core/plugin-registry/index.js';

interface Plugin {
  parseConfig(entered: unknown): ParsedConfig;
}

const problemPaths = (plugin: Plugin, entered: object): readonly string[] => {
  const parsed = plugin.parseConfig(entered);
  return parsed.ok ? [] : parsed.problems.map(({ path }) => path);
};

/** Makes a single value a list where only that is accepted: a command line cannot tell one from a list of one. */
export const fitToPlugin = (plugin: Plugin, credentials: Readonly<Record<string, unknown>>, options: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const fitted: Record<string, unknown> = { ...credentials };
  for (const name of problemPaths(plugin, { ...options, ...credentials })) {
    if (typeof fitted[name] !== 'string') continue;
    const asList = { ...fitted, [name]: [fitted[name]] };
    if (!problemPaths(plugin, { ...options, ...asList }).some((path) => path === name || path.startsWith(`${name}[`))) Object.assign(fitted, asList);
  }
  return fitted;
};

/** The members a plugin cannot do without, in its own order. */
export const requiredMembers = (plugin: Plugin): readonly string[] => [...new Set(problemPaths(plugin, {}).filter((path) => /^\w+$/.test(path)))];
