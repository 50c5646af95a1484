/* Tensor cores, by the opaque fragments of nvcuda::wmma. Lane l of a warp holds a 32nd of every matrix, in row order,
   which no program may rely on. Products are exact, sums are rounded to float after each (a GPU may round less); tf32
   drops the 13 bits that the hardware does not read. Read by double.h. */
#pragma once

namespace nvcuda {
namespace wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };

namespace precision {
struct tf32;
}

template <class T> struct double_storage { using type = T; };
template <> struct double_storage<precision::tf32> { using type = float; };

template <class Use, int M, int N, int K> struct double_extent;
template <int M, int N, int K> struct double_extent<matrix_a, M, N, K> { enum { rows = M, columns = K }; };
template <int M, int N, int K> struct double_extent<matrix_b, M, N, K> { enum { rows = K, columns = N }; };
template <int M, int N, int K> struct double_extent<accumulator, M, N, K> { enum { rows = M, columns = N }; };

template <class Use, int M, int N, int K, class T, class Layout = void> struct fragment {
	using extent = double_extent<Use, M, N, K>;
	using element_type = typename double_storage<T>::type;
	using storage_element_type = element_type;
	enum { num_elements = extent::rows * extent::columns / 32 };
	element_type x[num_elements];
};

template <class T> static inline float double_multiplicand(typename double_storage<T>::type value)
{
	return (float)value;
}

template <> inline float double_multiplicand<precision::tf32>(float value)
{
	return __uint_as_float(__float_as_uint(value) & ~0x1fffu);
}

/* To the nearest of 10 bits of mantissa, ties away from zero (cvt.rna.tf32.f32). */
static inline float __float_to_tf32(float value)
{
	return std::isfinite(value) ? __uint_as_float((__float_as_uint(value) + 0x1000u) & ~0x1fffu) : value;
}

template <class Fragment, class V> static inline void fill_fragment(Fragment &f, V value)
{
	for (int e = 0; e < Fragment::num_elements; e++)
		f.x[e] = (typename Fragment::element_type)value;
}

/* Where element e of this lane lies in memory. */
template <class Fragment> static inline size_t double_at(int e, unsigned stride, bool by_rows)
{
	const unsigned i = double_lane() * Fragment::num_elements + (unsigned)e;
	const unsigned row = i / Fragment::extent::columns, column = i % Fragment::extent::columns;
	return by_rows ? (size_t)row * stride + column : (size_t)column * stride + row;
}

template <class Use, int M, int N, int K, class T, class Layout, class V>
static inline void load_matrix_sync(fragment<Use, M, N, K, T, Layout> &f, const V *from, unsigned stride)
{
	using F = fragment<Use, M, N, K, T, Layout>;
	for (int e = 0; e < F::num_elements; e++)
		f.x[e] = from[double_at<F>(e, stride, std::is_same_v<Layout, row_major>)];
	double_sync_warp(-1);
}

template <int M, int N, int K, class T>
static inline void load_matrix_sync(fragment<accumulator, M, N, K, T> &f, const T *from, unsigned stride,
	layout_t layout)
{
	using F = fragment<accumulator, M, N, K, T>;
	for (int e = 0; e < F::num_elements; e++)
		f.x[e] = from[double_at<F>(e, stride, layout == mem_row_major)];
	double_sync_warp(-1);
}

template <int M, int N, int K, class T>
static inline void store_matrix_sync(T *to, const fragment<accumulator, M, N, K, T> &f, unsigned stride,
	layout_t layout)
{
	using F = fragment<accumulator, M, N, K, T>;
	for (int e = 0; e < F::num_elements; e++)
		to[double_at<F>(e, stride, layout == mem_row_major)] = f.x[e];
	double_sync_warp(-1);
}

template <class T, class Fragment> static inline void double_show(const Fragment &f, float *to)
{
	for (int e = 0; e < Fragment::num_elements; e++)
		to[double_lane() * Fragment::num_elements + (unsigned)e] = double_multiplicand<T>(f.x[e]);
}

/* The lanes show each other their parts of a and b in the warp's scratch memory, then each sums its part of d. */
template <int M, int N, int K, class T, class LA, class LB, class S>
static inline void mma_sync(fragment<accumulator, M, N, K, S> &d, const fragment<matrix_a, M, N, K, T, LA> &a,
	const fragment<matrix_b, M, N, K, T, LB> &b, const fragment<accumulator, M, N, K, S> &c)
{
	float *left = (float *)double_warp_scratch(), *right = left + M * K;
	double_show<T>(a, left);
	double_show<T>(b, right);
	double_sync_warp(-1);
	for (int e = 0; e < d.num_elements; e++) {
		const int i = (int)double_lane() * d.num_elements + e, row = i / N, column = i % N;
		float sum = (float)c.x[e];
		for (int k = 0; k < K; k++)
			sum += left[row * K + k] * right[k * N + column];
		d.x[e] = (S)sum;
	}
	double_sync_warp(-1);
}

}
}
