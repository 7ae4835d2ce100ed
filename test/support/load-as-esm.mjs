// Where Node can require() ES modules mocha does so, and tsx then makes CommonJS of them: other code than the
// services run, and than their processes report to the coverage. Without this feature mocha imports its files.
Object.defineProperty(process.features, 'require_module', { value: false });
