import type { Question } from '../rig/bench.ts';
import { cacheLibraries } from './cache-libraries.ts';
import { cachedProduct } from './cached-product.ts';

/** In the order of the table. */
export const questions: Question[] = [cachedProduct, cacheLibraries];
