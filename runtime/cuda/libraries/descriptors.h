/* cuDNN's backend descriptors, each made in one call from a list of attributes. A set owns what was made in it and
 * remembers its first failure: after that every call gives NULL at once, so that a caller asks once, at the end. */
#ifndef TRAINC_CUDA_DESCRIPTORS_H
#define TRAINC_CUDA_DESCRIPTORS_H
#include <cudnn.h>
#include <stdbool.h>

enum { RT_DESCRIPTORS = 96, RT_CUDNN_TEXT = 512 };

struct rt_descriptors {
	cudnnBackendDescriptor_t made[RT_DESCRIPTORS]; int count;
	bool failed;
	char why[RT_CUDNN_TEXT];                /* cuDNN's words, one line */
};

struct rt_attribute {
	cudnnBackendAttributeName_t name; cudnnBackendAttributeType_t type;
	int64_t count; const void *values;
};

/* Only made: for cuDNN to fill. */
cudnnBackendDescriptor_t rt_descriptor_empty(struct rt_descriptors *set, cudnnBackendDescriptorType_t type);
cudnnBackendDescriptor_t rt_descriptor_of(struct rt_descriptors *set, cudnnBackendDescriptorType_t type,
                                          const struct rt_attribute *attributes, int count);
#define rt_descriptor(set, type, ...) \
	rt_descriptor_of(set, type, (struct rt_attribute[]){__VA_ARGS__}, \
		(int)(sizeof((struct rt_attribute[]){__VA_ARGS__}) / sizeof(struct rt_attribute)))
/* How many of the attribute's values were read, most at the most. */
int64_t rt_descriptor_read(struct rt_descriptors *set, cudnnBackendDescriptor_t from, struct rt_attribute attribute);
void rt_descriptors_free(struct rt_descriptors *set);
/* Whether the set has no failure; another than success becomes its failure. */
bool rt_cudnn_done(struct rt_descriptors *set, cudnnStatus_t status);
/* What cuDNN says of the calling thread's last failure. */
void rt_cudnn_why(cudnnStatus_t status, char why[RT_CUDNN_TEXT]);

#endif
