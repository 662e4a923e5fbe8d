// What the scripts for mailauth have in common: a key with its record, the message of ../message.hpp, and the clock.
'use strict';
const crypto = require('crypto');

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

module.exports = { record, privateKey, messageOf, rateOf };
