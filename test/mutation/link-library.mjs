// Runs in Stryker's copy of the project. Packages are found in the folders above it, and so would be the
// library that nobody has mutated.
import { mkdirSync, symlinkSync } from 'node:fs';

mkdirSync('node_modules');
symlinkSync('../ct-common-lib', 'node_modules/ct-common-lib', 'junction');
