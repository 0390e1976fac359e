// Plays `?url=` with the player that `?player=` names, and keeps what a test asks for in `window.watched`.

const query = new URLSearchParams(location.search);
const url = query.get('url');
const video = document.querySelector('video');
const watched = { errors: [], stalls: 0, discontinuities: new Set(), latency: () => null, switches: [] };
window.watched = watched;

const load = (src) =>
  new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src, onload: resolve });
    script.onerror = () => reject(new Error(src));
    document.head.append(script);
  });

const hls = async (lowLatencyMode) => {
  await load('/dist/hls.js/dist/hls.js');
  const player = new Hls({ lowLatencyMode });
  player.on(Hls.Events.ERROR, (_, { type, details, fatal, error, response }) => {
    const said = `${type} ${details}${fatal ? ' (fatal)' : ''}: ${error?.message} ${response?.code ?? ''}`;
    if (details === Hls.ErrorDetails.BUFFER_STALLED_ERROR) watched.stalls += 1;
    watched.errors.push(said);
  });
  player.on(Hls.Events.FRAG_CHANGED, (_, { frag }) => watched.discontinuities.add(frag.cc));
  player.loadSource(url);
  player.attachMedia(video);
  watched.latency = () => player.latency;
  watched.player = player;
};

const shaka_ = async () => {
  await load('/dist/shaka-player/dist/shaka-player.compiled.debug.js');
  shaka.polyfill.installAll();
  const player = new shaka.Player();
  await player.attach(video);
  player.addEventListener('error', ({ detail }) => watched.errors.push(`shaka ${detail.code}: ${detail.message}`));
  player.addEventListener('stalldetected', () => (watched.stalls += 1));
  await player.load(url);
  watched.player = player;
};

const videoJs = async () => {
  await load('/dist/video.js/dist/video.js');
  video.className = 'video-js';
  const player = videojs(video, { html5: { vhs: { overrideNative: true } } });
  player.on('error', () => watched.errors.push(`video.js ${player.error().code}: ${player.error().message}`));
  player.src({ src: url, type: 'application/vnd.apple.mpegurl' });
  watched.player = player;
};

const players = {
  'hls.js, low latency': () => hls(true),
  'hls.js': () => hls(false),
  Shaka: shaka_,
  'video.js': videoJs,
};

try {
  await players[query.get('player')]();
  document.querySelector('video').play().catch((error) => {
    if (error.name !== 'AbortError') watched.errors.push(`play: ${error.message}`);
  });
} catch (error) {
  watched.errors.push(`${error.code ?? error.name}: ${error.message} ${error.stack}`);
}
