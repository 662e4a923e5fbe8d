#!/usr/bin/env node
// Verifying and signing with mailauth, the messages and the key size those of dkim_bench.cpp, DNS in memory:
//   mailauth_dkim.js FOLDER    where FOLDER has node_modules/mailauth
// Writes lines `NAME/SIZE RATE`, in messages for each second of processor time.
'use strict';
const crypto = require('crypto');
const { createRequire } = require('module');
const path = require('path');

const load = createRequire(path.resolve(process.argv[2], 'x.js'));
const { dkimVerify } = load('mailauth/lib/dkim/verify');
const { dkimSign } = load('mailauth/lib/dkim/sign');

const key = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const record = 'v=DKIM1; k=rsa; p=' + key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' });

function messageOf(size) {
  let out =
    'From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: How fast is it?\r\n' +
    'Date: Thu, 26 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n' +
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n';
  while (out.length < size) {
    out +=
      'It was a bright cold day in April, and the clocks were striking thirteen:\r\n' +
      '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/0123456789ab\r\n';
  }
  return Buffer.from(out);
}

async function sign(message) {
  const done = await dkimSign(message, {
    canonicalization: 'relaxed/relaxed',
    signatureData: [{ signingDomain: 'example.com', selector: 's', privateKey, algorithm: 'rsa-sha256' }],
  });
  if (done.errors && done.errors.length) throw done.errors[0].err;
  return done.signatures;
}

async function verify(message) {
  const done = await dkimVerify(message, { resolver: async () => [[record]] });
  if (done.results[0].status.result !== 'pass') throw new Error('does not verify');
}

// Once to warm up, then for a second of processor time.
async function rateOf(work) {
  for (let i = 0; i < 20; ++i) await work();
  const start = process.cpuUsage();
  for (let count = 1; ; ++count) {
    await work();
    const used = process.cpuUsage(start);
    const seconds = (used.user + used.system) / 1e6;
    if (seconds >= 1) return count / seconds;
  }
}

(async () => {
  for (const size of [1000, 10000, 1000000]) {
    const message = messageOf(size);
    const signed = Buffer.concat([Buffer.from(await sign(message)), message]);
    console.log(`verify_mailauth/${size} ${await rateOf(() => verify(signed))}`);
    console.log(`sign_mailauth/${size} ${await rateOf(() => sign(message))}`);
  }
})();
