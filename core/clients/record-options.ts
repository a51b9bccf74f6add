/** How the records of this room are kept: nothing unknown is stored, indexes are made by the hub at start, a lost database is an error at once. */
export const recordOptions = { strict: 'throw', strictQuery: 'throw', versionKey: false, autoIndex: false, autoCreate: false, bufferCommands: false, minimize: false } as const;
