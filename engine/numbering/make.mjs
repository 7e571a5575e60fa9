/*
 * Turns libphonenumber's metadata into C tables: node make.mjs METADATA.json TABLE.c
 *
 * The patterns of all regions become one automaton over digits. A state tells by a mask
 * which of a region's patterns the digits up to there match in full.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [, , from, to] = process.argv
const metadata = JSON.parse(readFileSync(from, 'utf8'))
if (metadata.version !== 4) throw new Error(`${from}: metadata of version ${metadata.version}`)

/* Bits of a state's mask, as engine/track/number_table.h has them. */
const TYPES = ['fixed', 'mobile', 'tollfree', 'premium', 'personal', 'voicemail', 'uan',
	'pager', 'voip', 'shared']
const GENERAL = 1 << 10
const LEADING = 1 << 11
const IDD = 1 << 12

/* A pattern of digits, classes, groups, alternatives and counts as a tree. */
function parse(text) {
	let at = 0
	const alternatives = () => {
		const options = [sequence()]
		while (text[at] === '|') {
			at++
			options.push(sequence())
		}
		return { kind: 'any', parts: options }
	}
	const sequence = () => {
		const parts = []
		while (at < text.length && text[at] !== '|' && text[at] !== ')') parts.push(counted())
		return { kind: 'all', parts }
	}
	const counted = () => {
		const part = atom()
		let least = 1
		let most = 1
		if (text[at] === '?') {
			at++
			least = 0
		} else if (text[at] === '*' || text[at] === '+') {
			least = text[at++] === '*' ? 0 : 1
			most = Infinity
		} else if (text[at] === '{') {
			const end = text.indexOf('}', at)
			const [low, high] = text.slice(at + 1, end).split(',')
			least = Number(low)
			most = high === undefined ? least : high === '' ? Infinity : Number(high)
			at = end + 1
		}
		return least === 1 && most === 1 ? part : { kind: 'count', part, least, most }
	}
	const atom = () => {
		const byte = text[at++]
		if (byte === '(') {
			if (text.startsWith('?:', at)) at += 2
			const inner = alternatives()
			if (text[at++] !== ')') throw new Error(`no ) in ${text}`)
			return inner
		}
		if (byte === '[') {
			const digits = new Set()
			while (text[at] !== ']') {
				const low = Number(text[at++])
				let high = low
				if (text[at] === '-') {
					high = Number(text[at + 1])
					at += 2
				}
				for (let digit = low; digit <= high; digit++) digits.add(digit)
			}
			at++
			return { kind: 'digit', digits }
		}
		if (byte === '\\' && text[at] === 'd') {
			at++
			return { kind: 'digit', digits: new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) }
		}
		if (byte >= '0' && byte <= '9') return { kind: 'digit', digits: new Set([Number(byte)]) }
		throw new Error(`unknown '${byte}' in ${text}`)
	}
	const tree = alternatives()
	if (at !== text.length) throw new Error(`trailing text in ${text}`)
	return tree
}

/* The nondeterministic automaton: node = { free: [nodes], steps: [[digits, node]], mask }. */
const node = () => ({ free: [], steps: [], mask: 0, id: node.count++ })
node.count = 0

function build(tree, start) {
	if (tree.kind === 'digit') {
		const end = node()
		start.steps.push([tree.digits, end])
		return end
	}
	if (tree.kind === 'all') return tree.parts.reduce((at, part) => build(part, at), start)
	if (tree.kind === 'any') {
		const end = node()
		for (const part of tree.parts) {
			const begin = node()
			start.free.push(begin)
			build(part, begin).free.push(end)
		}
		return end
	}
	let at = start
	for (let i = 0; i < tree.least; i++) at = build(tree.part, at)
	if (tree.most === Infinity) {
		const loop = node()
		at.free.push(loop)
		build(tree.part, loop).free.push(loop)
		return loop
	}
	const end = node()
	at.free.push(end)
	for (let i = tree.least; i < tree.most; i++) {
		at = build(tree.part, at)
		at.free.push(end)
	}
	return end
}

function closure(nodes) {
	const found = new Map()
	const open = [...nodes]
	while (open.length) {
		const next = open.pop()
		if (found.has(next.id)) continue
		found.set(next.id, next)
		open.push(...next.free)
	}
	return [...found.values()].sort((a, b) => a.id - b.id)
}

/* States of all automata; 0 is the one that leads nowhere. */
const states = [{ mask: 0, next: new Array(10).fill(0) }]

function determine(start) {
	const known = new Map()
	const state = (nodes) => {
		const all = closure(nodes)
		if (!all.length) return 0
		const key = all.map((each) => each.id).join(' ')
		if (known.has(key)) return known.get(key)
		const index = states.length
		known.set(key, index)
		states.push({ mask: all.reduce((mask, each) => mask | each.mask, 0), next: [] })
		for (let digit = 0; digit < 10; digit++) {
			const to = []
			for (const each of all)
				for (const [digits, end] of each.steps) if (digits.has(digit)) to.push(end)
			states[index].next[digit] = state(to)
		}
		return index
	}
	return state([start])
}

/* Equal states become one (Moore): the new number of each old state. */
function minimise() {
	let groups = states.map((each) => each.mask)
	for (let count = new Set(groups).size; ; ) {
		const keys = new Map()
		const dead = JSON.stringify([groups[0], ...states[0].next.map((to) => groups[to])])
		keys.set(dead, 0)
		groups = states.map((each, index) => {
			const key = JSON.stringify([groups[index], ...each.next.map((to) => groups[to])])
			if (!keys.has(key)) keys.set(key, keys.size)
			return keys.get(key)
		})
		if (keys.size === count) return groups
		count = keys.size
	}
}

function automaton(patterns) {
	const start = node()
	for (const [pattern, bit] of patterns) {
		if (!pattern) continue
		const begin = node()
		start.free.push(begin)
		build(parse(pattern), begin).mask |= bit
	}
	return determine(start)
}

const lengthBits = (lengths) => lengths.reduce((bits, length) => bits | (1 << length), 0)

function region(name, row, main) {
	const types = row[11] || []
	const patterns = [[row[2], GENERAL]]
	TYPES.forEach((type, index) => {
		if (types[index]) patterns.push([types[index][0], 1 << index])
	})
	/* An empty pattern of mobiles: they cannot be told from fixed lines. */
	if (types[1] && types[1][0] === '') patterns.push([types[0][0], 2])
	if (row[10]) patterns.push([`(?:${row[10]})\\d*`, LEADING])
	const lengths = row[3] || (types.find((type) => type && type[1]) || [])[1] || []
	return {
		name, main, code: Number(row[0]), lengths: lengthBits(lengths),
		trunk: typeof row[5] === 'string' ? row[5] : '', leading: Boolean(row[10]),
		root: automaton(patterns), idd: row[1] ? automaton([[row[1], IDD]]) : 0,
	}
}

const regions = []
for (const [code, names] of Object.entries(metadata.country_calling_codes))
	names.forEach((name, index) => {
		const row = metadata.countries[name] || metadata.nonGeographic[code]
		regions.push(region(name, row, index === 0))
	})
for (const [code, row] of Object.entries(metadata.nonGeographic))
	if (!metadata.country_calling_codes[code] || !regions.some((each) => each.code === Number(code)))
		regions.push(region(`+${code}`.slice(0, 4), row, true))
regions.sort((a, b) => a.code - b.code || b.main - a.main || (a.name < b.name ? -1 : 1))

const groups = minimise()
const final = []
states.forEach((each, index) => {
	final[groups[index]] ??= { mask: each.mask, next: each.next.map((next) => groups[next]) }
})
if (final.length > 65535) throw new Error(`${final.length} states do not fit`)

const rows = regions.map((each) =>
	`\t{"${each.name}", ${each.code}, ${each.main}, ${each.leading}, 0x${each.lengths.toString(16)}, ` +
	`"${each.trunk}", ${groups[each.root]}, ${groups[each.idd]}},`)
writeFileSync(to, `/*
 * Made by engine/numbering/make.mjs from the metadata of libphonenumber, which is
 * Copyright (C) The Libphonenumber Authors, licensed under the Apache License, Version 2.0:
 * http://www.apache.org/licenses/LICENSE-2.0
 */
#include "engine/track/number_table.h"

const struct number_region NUMBER_REGIONS[] = {
${rows.join('\n')}
};

const unsigned NUMBER_REGION_COUNT = ${regions.length};

const struct number_state NUMBER_STATES[] = {
${final.map((each) => `\t{0x${each.mask.toString(16)}, {${each.next.join(', ')}}},`).join('\n')}
};
`)
