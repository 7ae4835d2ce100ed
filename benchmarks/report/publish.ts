import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Soak } from '../soak/judgement.ts';
import type { Plot } from './plots/canvas.ts';
import { plotsOf, soakPlotOf } from './plots.ts';
import { createReadme } from './readme.ts';
import { folder, readAnswers, readJson, writeJson } from './results.ts';

const soakFile = join(folder, 'soak.json');

/** Undefined before the first. */
export const readSoak = () => readJson<Soak | undefined>(soakFile, undefined);

export const writeSoak = (soak: Soak) => writeJson(soakFile, soak);

/** Writes README.md and the plots anew from results.json and soak.json. */
export async function publish(): Promise<void> {
  const [answers, soak] = [await readAnswers(), await readSoak()];
  await writeFile(join(folder, 'README.md'), createReadme(answers, soak));

  const pictures = [...plotsOf(answers), ...(soak ? [soakPlotOf(soak)] : [])];
  const plots = join(folder, 'plots');
  await mkdir(plots, { recursive: true });
  const wanted = new Set(pictures.map(({ file }) => file));
  for (const file of await readdir(plots)) if (!wanted.has(file)) await rm(join(plots, file));
  // By its URL, as TypeScript knows no types of it without echarts.
  const { draw } = (await import(new URL('draw.mjs', import.meta.url).href)) as {
    draw: (plot: Plot) => string;
  };
  for (const { file, plot } of pictures) await writeFile(join(plots, file), draw(plot));
}
