// sharp with one decode: shrink on load to the poster, the thumb from it, the blur from that.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const sharp = createRequire(process.cwd() + '/')('sharp')
sharp.concurrency(1)
sharp.cache(false)

const inside = (width, height) => ({ width, height, fit: 'inside', withoutEnlargement: true })
const raw = async (picture) => {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  return [data, { raw: { width: info.width, height: info.height, channels: info.channels } }]
}
const saved = async (picture, quality, path) =>
  writeFileSync(path, await picture.jpeg({ quality, progressive: true, chromaSubsampling: '4:2:0', optimizeCoding: true }).toBuffer())

async function build(source, out) {
  const poster = await raw(sharp(readFileSync(source)).autoOrient().flatten({ background: 'white' })
    .toColourspace('srgb').resize(inside(780, 1170)))
  const thumb = await raw(sharp(...poster).resize(inside(342, 513)))
  const small = await raw(sharp(...thumb).resize(inside(50, 75)).blur(2.5))
  await saved(sharp(...poster), 82, `${out}/poster.jpg`)
  await saved(sharp(...thumb), 80, `${out}/thumb.jpg`)
  await saved(sharp(...small).resize({ width: 200, height: 300, fit: 'inside' }), 70, `${out}/blurred.jpg`)
}

for await (const line of createInterface({ input: process.stdin })) {
  const { source, out } = JSON.parse(line)
  mkdirSync(out, { recursive: true })
  const began = process.hrtime.bigint()
  await build(source, out)
  console.log(Number(process.hrtime.bigint() - began) / 1e9)
}
