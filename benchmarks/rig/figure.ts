/** Has a reference that measures itself do so, and gives its figure. Throws what it says if it fails. */
export async function askForFigure({ port }: { port: number }, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return Number(text);
}
