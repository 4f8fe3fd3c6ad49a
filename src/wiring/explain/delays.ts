/** What happens when a delay of a chart is over, as the end of a sentence that begins with "In 4 s ". */

/** By machine and the delay's name in its chart. Null: housekeeping that moves nobody and is not told. */
export const DELAY_WORDS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  camera: {
    settle: 'it is asked what it can do',
    probeTimeout: 'the question is given up',
    probeBackoff: 'it is asked again',
    confirmAfter: 'it is asked once more, to confirm its answer',
    faultedRetry: 'it is asked again',
  },
  stream: {
    startTimeout: 'this start is given up',
    framesLimit: 'it is looked into why no picture comes',
    forget: null,
    suspectLimit: 'the capture is started anew, unless it flows again before',
    republishLimit: 'the capture is started anew, unless it publishes again before',
    lookAgain: 'its readers are listed again',
    backoff: 'the next attempt begins',
    faultedRetry: 'it is tried again',
    releaseLimit: 'what has not ended is left behind',
    'call.lapsed': 'start_streaming is over, unless somebody watches then',
  },
  recording: {
    readyTimeout: 'it ends, unless it goes on before',
    heartbeat: null,
    heartbeatLimit: null,
    closeTimeout: 'the file is taken as it is',
    closeCheck: null,
    fileRetry: 'its files are collected again',
    durationLeft: 'the wished time is over',
  },
  'media-server': {
    launchTimeout: 'this launch is given up',
    launchCheckInterval: null,
    restartBackoff: 'the media server is started again',
    restartForget: null,
    restartAfterOpen: 'it is ended and started again, where it is ours',
    checkInterval: null,
    failingInterval: 'it is asked again',
    openTime: 'it is asked again',
    confirmInterval: 'it is asked again',
    refusedInterval: 'it is asked again',
    watchInterval: null,
    compareInterval: null,
    folderRetest: 'its folders are tested again',
  },
  storage: { checkInterval: null },
};
