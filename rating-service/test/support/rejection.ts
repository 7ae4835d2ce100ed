/** What a promise is rejected with. Throws if it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: Error) => error,
  );
  if (outcome) return outcome;
  throw new Error('It was to be rejected, but it was fulfilled');
}
