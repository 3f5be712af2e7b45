#!/bin/sh
# Brings what the page's tests need into web/node_modules, as web/package-lock.json has it: other viewers, a WebXR emulator, the
# type checker. Nothing of it is in the page. Without a network those tests are left out; in CI they have to run.
cd "$(dirname "$0")/../web" || exit 1
lock=node_modules/.package-lock.json
[ -f $lock ] && [ $lock -nt package-lock.json ] && exit 0

# Debian's nodejs comes without npm, and its package of npm wants four hundred others.
NPM=https://registry.npmjs.org/npm/-/npm-10.9.2.tgz
NPM_SHA512=8ab88f10f224a0c614cb717a7f7c30499014f77134120e9c1f0211ea3cf3397592cbe483feb38e0c4b3be1c54e347292c76a1b5edb94a3289d5448484ab8ac81
SAVE='fetch(process.argv[1]).then((a) => a.arrayBuffer()).then((b) => fs.writeFileSync(process.argv[2], Buffer.from(b)))'

npm_of_its_own() {
    node -e "$SAVE" "$NPM" "$folder/npm.tgz" && echo "$NPM_SHA512  $folder/npm.tgz" | sha512sum --check --quiet &&
        tar -xzf "$folder/npm.tgz" -C "$folder" && node "$folder/package/bin/npm-cli.js" "$@"
}

folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
npm=npm && command -v npm >/dev/null || npm=npm_of_its_own
$npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch $lock && exit 0
echo "the page's test packages could not be fetched; tests that need them are left out" >&2
[ -z "${CI:-}" ]
