/** A barrier: those who `pass` it wait until it is opened. */
export function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  let reach = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    pass() {
      reach();
      return opened;
    },
    /** Resolves when the first has come to the gate. */
    reached,
    open,
  };
}
