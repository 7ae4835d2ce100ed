const paths = /^\/(health|metrics)(\/|\?|$)/;

/** Whether a URL is of what tells how the process is: it comes every few seconds, must be answered also under load, and leads to nothing. */
export const tellsOfProcess = (url: string): boolean => paths.test(url);
