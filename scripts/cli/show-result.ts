/** Writes a command's result: one line of JSON for machines, or text for people. */
export const showResult = (result: { readonly json: unknown; readonly text: string }, asked: { readonly json?: true | undefined }): void => {
  process.stdout.write(asked.json === true ? `${JSON.stringify(result.json)}\n` : result.text);
};
