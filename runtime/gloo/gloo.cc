/* Gloo as the network between hosts, over TCP. Its exceptions end here. */
#include "network.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <gloo/allgather.h>
#include <gloo/allreduce.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/transport/tcp/device.h>
#include <map>
#include <stdexcept>

namespace {

/* What connecting keeps entries in. All hosts set theirs at the same time, so that each set is an exchange of all. */
class Exchanged : public gloo::rendezvous::Store {
public:
	explicit Exchanged(const rt_network_place &place) : place(place) {}

	void set(const std::string &key, const std::vector<char> &data) override
	{
		const auto keys = exchange(std::vector<char>(key.begin(), key.end()));
		const auto values = exchange(data);
		for (size_t i = 0; i < keys.size(); i++)
			entries[std::string(keys[i].begin(), keys[i].end())] = values[i];
	}

	std::vector<char> get(const std::string &key) override { return entries.at(key); }
	void wait(const std::vector<std::string> &) override {}
	void wait(const std::vector<std::string> &, const std::chrono::milliseconds &) override {}

private:
	/* Every host's bytes; their numbers go first, as parts of an exchange are of one size. */
	std::vector<std::vector<char>> exchange(std::vector<char> own)
	{
		const size_t count = static_cast<size_t>(place.count), size = own.size();
		std::vector<size_t> sizes(count);
		require(place.exchange(place.context, &size, sizeof size, sizes.data()));
		const size_t most = *std::max_element(sizes.begin(), sizes.end());
		std::vector<char> all(most * count);
		own.resize(most);
		require(place.exchange(place.context, own.data(), most, all.data()));
		std::vector<std::vector<char>> parts;
		for (size_t i = 0; i < count; i++)
			parts.emplace_back(all.data() + i * most, all.data() + i * most + sizes[i]);
		return parts;
	}

	static void require(int failed)
	{
		if (failed)
			throw std::runtime_error("the hosts' addresses did not arrive");
	}

	const rt_network_place &place;
	std::map<std::string, std::vector<char>> entries;
};

struct Link { std::shared_ptr<gloo::rendezvous::Context> context; };

/* Gloo's reasons begin with a place in its source, which tells nobody anything. */
void tell(char *reason, const std::exception &e)
{
	const char *text = e.what();
	if (text[0] == '[' && std::strstr(text, "] "))
		text = std::strstr(text, "] ") + 2;
	std::snprintf(reason, RT_NETWORK_REASON, "%s", text);
}

/* Runs body; -1 with its exception in reason. */
template <typename Body> int attempt(char *reason, Body body)
{
	try {
		body();
		return 0;
	} catch (const std::exception &e) {
		tell(reason, e);
		return -1;
	}
}

std::shared_ptr<gloo::rendezvous::Context> connect(const rt_network_place &place)
{
	gloo::transport::tcp::attr attributes;
	attributes.hostname = place.address;
	std::shared_ptr<gloo::transport::Device> device = gloo::transport::tcp::CreateDevice(attributes);
	auto context = std::make_shared<gloo::rendezvous::Context>(place.rank, place.count);
	context->setTimeout(std::chrono::seconds(place.timeout));
	Exchanged store(place);
	context->connectFullMesh(store, device);
	return context;
}

void *open(const rt_network_place *place, char *reason)
{
	Link *link = nullptr;
	attempt(reason, [&] { link = new Link{connect(*place)}; });
	return link;
}

int sum(void *link, float *numbers, size_t count, char *reason)
{
	return attempt(reason, [&] {
		gloo::AllreduceOptions options(static_cast<Link *>(link)->context);
		options.setOutput(numbers, count);
		options.setReduceFunction(static_cast<void (*)(void *, const void *, const void *, size_t)>(&gloo::sum<float>));
		gloo::allreduce(options);
	});
}

int gather(void *link, const void *own, size_t size, void *all, char *reason)
{
	return attempt(reason, [&] {
		const std::shared_ptr<gloo::rendezvous::Context> &context = static_cast<Link *>(link)->context;
		std::vector<char> input(static_cast<const char *>(own), static_cast<const char *>(own) + size);
		gloo::AllgatherOptions options(context);
		options.setInput(input.data(), size);
		options.setOutput(static_cast<char *>(all), size * static_cast<size_t>(context->size));
		gloo::allgather(options);
	});
}

void close(void *link)
{
	delete static_cast<Link *>(link);
}

}

extern "C" const rt_network rt_gloo = {open, sum, gather, close};
