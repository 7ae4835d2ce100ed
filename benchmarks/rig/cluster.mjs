// Runs several processes of one program behind one port: cluster.mjs <file> <count>.
import cluster from 'node:cluster';

const [file, count] = process.argv.slice(2);
cluster.setupPrimary({ exec: file });
for (let i = 0; i < Number(count); i++) cluster.fork();

// What a reference says once it is ready, when all of them have said it.
let said = 0;
cluster.on('message', (worker, message) => {
  if (++said === Number(count)) process.send?.(message);
});

let stopping = false;
function stop() {
  stopping = true;
  for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
}
process.once('SIGTERM', stop);
process.once('disconnect', stop);
cluster.on('exit', (worker, code, signal) => {
  // Whoever measures two processes must not measure one.
  if (!stopping) {
    console.error(`a process ended with ${signal ?? code}`);
    process.exitCode = 1;
    stop();
  }
  if (Object.keys(cluster.workers).length === 0) process.exit();
});
