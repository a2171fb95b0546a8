// The one place where Boost.JSON is compiled (its headers only declare when BOOST_JSON_HEADER_ONLY
// is not set).
#include <boost/json/src.hpp>
