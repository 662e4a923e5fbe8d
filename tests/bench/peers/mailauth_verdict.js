#!/usr/bin/env node
// Whole verdicts with mailauth, the message, the records and the size of the key those of verdict_bench.cpp:
//   mailauth_verdict.js FOLDER    where FOLDER has node_modules/mailauth
// Writes a line `mailauth/SIZE RATE`, in messages for each second of processor time.
'use strict';
const crypto = require('crypto');
const { createRequire } = require('module');
const path = require('path');

const load = createRequire(path.resolve(process.argv[2], 'x.js'));
const { authenticate } = load('mailauth');
const { dkimSign } = load('mailauth/lib/dkim/sign');

const key = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const record = 'v=DKIM1; k=rsa; p=' + key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' });

const texts = {
  'example.com': 'v=spf1 include:_spf.example.com -all',
  '_spf.example.com': 'v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all',
  '_dmarc.example.com': 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com',
  's._domainkey.example.com': record,
};

async function resolver(name, type) {
  if (type === 'TXT' && texts[name]) return [[texts[name]]];
  if (type === 'A' && name === 'mail.example.com') return ['192.0.2.1'];
  if (type === 'PTR') return ['mail.example.com'];
  const missing = new Error('not found');
  missing.code = 'ENOTFOUND';
  throw missing;
}

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

async function evaluate(message) {
  const done = await authenticate(message, {
    ip: '192.0.2.1',
    helo: 'mail.example.com',
    sender: 'bounce@example.com',
    mta: 'mx.example.net',
    disableBimi: true,
    resolver,
  });
  const pass = (one) => one && one.status.result === 'pass';
  if (!pass(done.spf) || !pass(done.dkim.results[0]) || !pass(done.dmarc)) throw new Error('does not pass');
}

(async () => {
  for (const size of [1000, 10000]) {
    const message = messageOf(size);
    const done = await dkimSign(message, {
      canonicalization: 'relaxed/relaxed',
      signatureData: [{ signingDomain: 'example.com', selector: 's', privateKey, algorithm: 'rsa-sha256' }],
    });
    const signed = Buffer.concat([Buffer.from(done.signatures), message]);
    // Once to warm up, then for a second of processor time.
    for (let i = 0; i < 20; ++i) await evaluate(signed);
    const start = process.cpuUsage();
    for (let count = 1; ; ++count) {
      await evaluate(signed);
      const used = process.cpuUsage(start);
      const seconds = (used.user + used.system) / 1e6;
      if (seconds >= 1) {
        console.log(`mailauth/${size} ${count / seconds}`);
        break;
      }
    }
  }
})();
