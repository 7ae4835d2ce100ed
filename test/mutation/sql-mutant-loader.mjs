const { file, from, to } = JSON.parse(process.env.SQL_MUTANT);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!new URL(url).pathname.endsWith(`/${file}`)) return loaded;
  const source = loaded.source.toString();
  if (source.split(from).length !== 2) throw new Error(`${file} does not hold exactly once: ${from}`);
  return { ...loaded, source: source.replace(from, () => to) };
}
