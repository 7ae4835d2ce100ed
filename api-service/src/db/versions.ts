/** A condition of a statement: the row is at one of these versions; with `undefined`, at any. */
export const at = (versions: string[] | undefined) => (versions ? { version: versions } : {});
