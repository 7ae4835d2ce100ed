// Loaded before every script that setup.mjs starts: if setup.mjs is gone, however it died, this process ends too.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Listening must not keep a script alive that is done.
process.channel?.unref();
