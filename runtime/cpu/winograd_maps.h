/* The maps of winograd.h in one dimension, of tiles of 4 and of 2 outputs: B' of inputs, A' of products, G of weights, and
 * their adjoints. tile is a constant, so that one half of each remains. */
#ifndef TRAINC_WINOGRAD_MAPS_H
#define TRAINC_WINOGRAD_MAPS_H
#include "cpu.h"

INLINE void winograd_b(int tile, vec v[6], const vec d[6])
{
	const real two = 2, four = 4, five = 5;
	if (tile == 2) {
		v[0] = d[0] - d[2];
		v[1] = d[1] + d[2];
		v[2] = d[2] - d[1];
		v[3] = d[1] - d[3];
		return;
	}
	vec a = d[4] - four * d[2], b = d[3] - four * d[1], c = d[4] - d[2], e = two * (d[3] - d[1]);
	v[0] = four * d[0] - five * d[2] + d[4];
	v[1] = a + b;
	v[2] = a - b;
	v[3] = c + e;
	v[4] = c - e;
	v[5] = four * d[1] - five * d[3] + d[5];
}

INLINE void winograd_b_adjoint(int tile, vec d[6], const vec v[6])
{
	const real two = 2, four = 4, five = 5;
	if (tile == 2) {
		d[0] = v[0];
		d[1] = v[1] - v[2] + v[3];
		d[2] = v[1] + v[2] - v[0];
		d[3] = -v[3];
		return;
	}
	vec a = v[1] + v[2], b = v[1] - v[2], c = v[3] + v[4], e = two * (v[3] - v[4]);
	d[0] = four * v[0];
	d[1] = four * (v[5] - b) - e;
	d[2] = -five * v[0] - four * a - c;
	d[3] = b + e - five * v[5];
	d[4] = v[0] + a + c;
	d[5] = v[5];
}

INLINE void winograd_a(int tile, vec y[4], const vec m[6])
{
	const real two = 2, four = 4, eight = 8;
	if (tile == 2) {
		y[0] = m[0] + m[1] + m[2];
		y[1] = m[1] - m[2] - m[3];
		return;
	}
	vec a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
	y[0] = m[0] + a + c;
	y[1] = b + two * d;
	y[2] = a + four * c;
	y[3] = b + eight * d + m[5];
}

INLINE void winograd_a_adjoint(int tile, vec m[6], const vec y[4])
{
	const real two = 2, four = 4, eight = 8;
	m[0] = y[0];
	if (tile == 2) {
		m[1] = y[0] + y[1];
		m[2] = y[0] - y[1];
		m[3] = -y[1];
		return;
	}
	vec a = y[0] + y[2], b = y[1] + y[3], c = y[0] + four * y[2], d = two * y[1] + eight * y[3];
	m[1] = a + b;
	m[2] = a - b;
	m[3] = c + d;
	m[4] = c - d;
	m[5] = y[3];
}

INLINE void winograd_g(int tile, vec u[6], vec w0, vec w1, vec w2)
{
	const real half = (real)1 / 2, quarter = (real)1 / 4, sixth = (real)1 / 6, twelfth = (real)1 / 12, last = (real)1 / 24;
	if (tile == 2) {
		vec a = half * (w0 + w2), b = half * w1;
		u[0] = w0;
		u[1] = a + b;
		u[2] = a - b;
		u[3] = w2;
		return;
	}
	vec a = -sixth * (w0 + w2), b = last * w0 + sixth * w2;
	u[0] = quarter * w0;
	u[1] = a - sixth * w1;
	u[2] = a + sixth * w1;
	u[3] = b + twelfth * w1;
	u[4] = b - twelfth * w1;
	u[5] = w2;
}

INLINE void winograd_g_adjoint(int tile, vec w[3], const vec u[6])
{
	const real half = (real)1 / 2, quarter = (real)1 / 4, sixth = (real)1 / 6, twelfth = (real)1 / 12, last = (real)1 / 24;
	vec a = u[1] + u[2];
	if (tile == 2) {
		w[0] = u[0] + half * a;
		w[1] = half * (u[1] - u[2]);
		w[2] = half * a + u[3];
		return;
	}
	vec b = u[3] + u[4];
	w[0] = quarter * u[0] - sixth * a + last * b;
	w[1] = sixth * (u[2] - u[1]) + twelfth * (u[3] - u[4]);
	w[2] = sixth * (b - a) + u[5];
}

#endif
