// Writes planning models of many houses into a folder, as MPS and as LP, and says for each what the
// program's own solvers make of it: one JSON object a line. Half of them relaxed, half with their
// whole numbers.
#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/cbc.hpp"
#include "foxtail/solver/clp.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace planner = foxtail::planner;
namespace solver = foxtail::solver;
using foxtail::hours;
using planner::Model;

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

std::string x(std::size_t column) {
    return "x" + std::to_string(column);
}

/// By rows: what of each stands in which column.
std::vector<std::vector<Model::Entry>> by_row(const Model& model) {
    std::vector<std::vector<Model::Entry>> rows(model.rows.size());
    for (const auto& e : model.entries) rows[static_cast<std::size_t>(e.row)].push_back(e);
    return rows;
}

void write_mps(std::ostream& out, const Model& model, bool whole) {
    out << "NAME plan FREE\nROWS\n N cost\n";
    const auto rows = by_row(model);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isinf(model.rows[i].lower)) out << " G l" << i << "\n";
        if (!std::isinf(model.rows[i].upper)) out << " L u" << i << "\n";
    }
    std::vector<std::vector<Model::Entry>> columns(model.columns.size());
    for (const auto& e : model.entries) columns[static_cast<std::size_t>(e.column)].push_back(e);
    out << "COLUMNS\n";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& c = model.columns[i];
        if (whole && c.whole) out << " m" << i << " 'MARKER' 'INTORG'\n";
        out << " " << x(i) << " cost " << number(c.cost) << "\n";
        for (const auto& e : columns[i]) {
            const auto& r = model.rows[static_cast<std::size_t>(e.row)];
            if (!std::isinf(r.lower)) {
                out << " " << x(i) << " l" << e.row << " " << number(e.value) << "\n";
            }
            if (!std::isinf(r.upper)) {
                out << " " << x(i) << " u" << e.row << " " << number(e.value) << "\n";
            }
        }
        if (whole && c.whole) out << " n" << i << " 'MARKER' 'INTEND'\n";
    }
    out << "RHS\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& r = model.rows[i];
        if (!std::isinf(r.lower)) out << " rhs l" << i << " " << number(r.lower) << "\n";
        if (!std::isinf(r.upper)) out << " rhs u" << i << " " << number(r.upper) << "\n";
    }
    out << "BOUNDS\n";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& c = model.columns[i];
        if (std::isinf(c.lower)) {
            out << " MI BND " << x(i) << "\n";
        } else {
            out << " LO BND " << x(i) << " " << number(c.lower) << "\n";
        }
        if (std::isinf(c.upper)) {
            out << " PL BND " << x(i) << "\n";
        } else {
            out << " UP BND " << x(i) << " " << number(c.upper) << "\n";
        }
    }
    out << "ENDATA\n";
}

void write_lp(std::ostream& out, const Model& model, bool whole) {
    out << "Minimize\n cost:";
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        const double cost = model.columns[i].cost;
        if (cost != 0)
            out << "\n " << (cost < 0 ? "- " : "+ ") << number(std::abs(cost)) << " " << x(i);
    }
    out << "\nSubject To\n";
    const auto rows = by_row(model);
    const auto line = [&](const char* mark, std::size_t i, const char* sign, double bound) {
        if (std::isinf(bound) || rows[i].empty()) return;
        out << " " << mark << i << ":";
        for (const auto& e : rows[i]) {
            out << "\n " << (e.value < 0 ? "- " : "+ ") << number(std::abs(e.value)) << " "
                << x(static_cast<std::size_t>(e.column));
        }
        out << " " << sign << " " << number(bound) << "\n";
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        line("l", i, ">=", model.rows[i].lower);
        line("u", i, "<=", model.rows[i].upper);
    }
    out << "Bounds\n";
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        const auto& c = model.columns[i];
        out << " " << (std::isinf(c.lower) ? "-inf" : number(c.lower)) << " <= " << x(i)
            << " <= " << (std::isinf(c.upper) ? "+inf" : number(c.upper)) << "\n";
    }
    out << "General\n";
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (whole && model.columns[i].whole) out << " " << x(i) << "\n";
    }
    out << "End\n";
}

void put(const std::filesystem::path& folder, const std::string& name, Model model, bool whole,
         double objective) {
    std::ofstream mps(folder / (name + ".mps"));
    write_mps(mps, model, whole);
    std::ofstream lp(folder / (name + ".lp"));
    write_lp(lp, model, whole);
    std::fprintf(stderr, "{\"name\": \"%s\", \"whole\": %s, \"objective\": %.12g}\n", name.c_str(),
                 whole ? "true" : "false", objective);
}

planner::Request asked(int season, int tariff, bool whole) {
    planner::HouseOf of;
    of.season = static_cast<planner::Season>(season);
    of.tariff = static_cast<planner::Tariff>(tariff);
    of.hour = (season + tariff) % 2 ? 9 : 18;
    of.gives_back = (season + tariff) % 3 == 0;
    of.peak_eur_kw = tariff == 2 ? 0.3 : 0;
    auto r = planner::house(of);
    if (whole) {  // small enough to be solved to the end by all of them
        r.horizon = hours(12);
        if (season % 2) {
            r.zones.clear();
        } else {
            r.cars.clear();
        }
        r.appliances.resize(1);
    }
    return r;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    const std::filesystem::path folder = words[1];
    for (int season = 0; season < 4; ++season) {
        for (int tariff = 0; tariff < 5; ++tariff) {
            const auto name = std::to_string(season) + std::to_string(tariff);
            auto f = planner::formulate(planner::make_scene(asked(season, tariff, false)));
            const auto linear = solver::make_clp();
            linear->load(f.model);
            put(folder, "relaxed-" + name, f.model, false, linear->solve().objective);

            planner::Planner planner(solver::make_clp());
            (void)planner.plan(asked(season, tariff, true));
            auto task = planner.task();
            task.gap_eur = 1e-7;
            task.nodes_max = 100'000;
            put(folder, "whole-" + name, task.model, true, solver::solve_whole(task).objective);
        }
    }
    return 0;
}
